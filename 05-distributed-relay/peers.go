package relay

import (
	"fmt"
	"strings"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/presence"
	"example.com/redis-chat/05-distributed-relay/wire"
)

const (
	// How long a node's probes may be missing before it is taken for gone: 12 of
	// its intervals, within limits. Presence is right again 10 s after a kill.
	silentProbes = 12
	leastSilence = 3 * time.Second
	mostSilence  = 8 * time.Second

	// mostNodes bounds how many others are followed, and so what forged probes
	// can cost.
	mostNodes = 1000
)

// peer is another node, known by its probes.
type peer struct {
	node    string
	at      time.Time     // of its last probe
	silence time.Duration // after which it is gone
}

// askWhole has the list of all our clients published; with ask, all other nodes
// are asked for theirs. It never blocks: a list that is due is due once.
func (r *Relay) askWhole(ask bool) {
	if ask {
		r.askDue.Store(true)
	}
	select {
	case r.wholeDue <- struct{}{}:
	default:
	}
}

// notePeer notes another node's probe. A new node and this one tell each other who
// is in their rooms.
func (r *Relay) notePeer(p *wire.Probe, now time.Time) error {
	n := r.peers[p.Pub]
	if n == nil {
		if len(r.peers) >= mostNodes {
			return fmt.Errorf("a node more than the %d that are followed", mostNodes)
		}
		n = &peer{node: strings.Clone(clip(p.Node))}
		r.peers[strings.Clone(p.Pub)] = n
		r.logPeer("node came", n)
		r.askWhole(true)
	}
	n.at = now
	n.silence = min(max(silentProbes*time.Duration(p.Every)*time.Millisecond, leastSilence), mostSilence)
	return nil
}

// logPeer logs a node that came or went.
func (r *Relay) logPeer(what string, n *peer) {
	if r.nodeLog.Allow() {
		r.o.Log.Info(what, "node", n.node)
	}
}

// clip shortens a node's name to what fits into a line of a log, 100 bytes.
func clip(name string) string { return strings.ToValidUTF8(name[:min(len(name), 100)], "") }

// applyPresence takes in what another node tells of its clients: names connections
// more, unless it is a list, or a part of one.
func (r *Relay) applyPresence(p *wire.Presence, names int) error {
	update := chat.PresenceUpdate{Whole: p.Whole, Joined: p.Joined, Left: p.Left}
	if err := update.Check(); err != nil {
		return err // what is told goes to every client of a room
	}
	if r.peers[p.Pub] == nil {
		return nil // our own; or gone, or not yet come: its first probe makes it tell everything
	}
	if !p.Whole && p.Part == nil {
		names += r.hub.PresenceOf(p.Pub)
	}
	if names > wire.MaxNames {
		return fmt.Errorf("more than %d clients of one node", wire.MaxNames)
	}
	if p.Part != nil {
		part := presence.Part{After: p.Part.After, To: p.Part.To, Rooms: p.Part.Rooms}
		if err := part.Check(); err != nil {
			return err
		}
		if known := r.hub.ApplyPresencePart(p.Pub, part); known > wire.MaxNames {
			r.hub.ForgetNode(p.Pub) // its next list begins anew
			return fmt.Errorf("parts with %d clients of one node, more than %d", known, wire.MaxNames)
		}
	} else {
		r.hub.ApplyPresence(p.Pub, update)
	}
	if p.Ask {
		r.askWhole(false)
	}
	return nil
}

// proven follows the first probe back: while nothing came, every node seemed
// silent, so their time begins anew; and who came and went is asked for.
func (r *Relay) proven(now time.Time) {
	for _, n := range r.peers {
		n.at = now
	}
	r.askWhole(true)
}

// forgetSilent takes the clients of nodes that are gone out of all rooms. It
// runs when a probe of our own came back: then others' would have, too.
func (r *Relay) forgetSilent(now time.Time) {
	for pub, n := range r.peers {
		if now.Sub(n.at) > n.silence {
			delete(r.peers, pub)
			r.hub.ForgetNode(pub)
			r.logPeer("node gone", n)
		}
	}
}
