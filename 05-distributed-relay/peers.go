package relay

import (
	"context"
	"fmt"
	"strings"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

const (
	presenceEvery = 100 * time.Millisecond // changes are gathered this long
	wholeEvery    = 5 * time.Second        // mends whatever was missed

	// How long a node's probes may be missing before it is taken for gone: 12 of
	// its intervals, within limits. Presence is right again 10 s after a kill.
	silentProbes = 12
	leastSilence = 3 * time.Second
	mostSilence  = 8 * time.Second

	// Whole lists are told no more often than this, however many nodes ask: else
	// one forged probe would make every node tell everything.
	wholeRest = 250 * time.Millisecond

	// mostNodes bounds how many others are followed, and so what forged probes
	// can cost.
	mostNodes = 1000
)

// peer is another node, known by its probes.
type peer struct {
	node    string
	at      time.Time     // of its last probe
	silence time.Duration // after which it is gone
	names   int           // of its clients, as far as it has told
}

// announce is the presence goroutine: it tells the other nodes who came and
// went here.
func (r *Relay) announce(ctx context.Context) {
	changes, every := time.NewTicker(presenceEvery), time.NewTicker(wholeEvery)
	defer changes.Stop()
	defer every.Stop()
	var whole time.Time // when it was last told
	due := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes.C:
		case <-every.C:
			due = true
		case <-r.wholeDue:
			due = true
		}
		if due && time.Since(whole) >= wholeRest {
			whole, due = time.Now(), false
			r.publishPresence(true, r.askDue.Swap(false))
		} else {
			r.publishPresence(false, false)
		}
	}
}

// publishPresence publishes changes, or the whole list. What cannot be published now is mended
// by the next whole list: the one of every five seconds, or the one that
// follows when the master is back.
func (r *Relay) publishPresence(all, ask bool) {
	update, some := r.hub.TakePresence(all)
	if !some && !ask {
		return
	}
	payload := wire.Presence{
		Node: r.o.Node, Pub: r.pub, Whole: all, Ask: ask, Joined: update.Joined, Left: update.Left,
	}.Encode()
	m := outgoing{since: time.Now(), size: len(payload)}
	m.own = func() (string, []byte) { return wire.PresenceChannel, payload }
	r.publisher.outbox.put(m)
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

// applyPresence takes in what another node tells of its clients.
func (r *Relay) applyPresence(p *wire.Presence, names int) error {
	update := chat.PresenceUpdate{Whole: p.Whole, Joined: p.Joined, Left: p.Left}
	if err := update.Check(); err != nil {
		return err // what is told goes to every client of a room
	}
	n := r.peers[p.Pub]
	if n == nil {
		return nil // our own; or gone, or not yet come: its first probe makes it tell everything
	}
	if !p.Whole {
		names += n.names
	}
	if names > wire.MaxNames {
		return fmt.Errorf("more than %d clients of one node", wire.MaxNames)
	}
	n.names = max(0, names) // people can leave of whom it was not known that they were there
	r.hub.ApplyPresence(p.Pub, update)
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
