package relay

import (
	"context"
	"strings"
	"time"
)

const (
	presenceEvery = 100 * time.Millisecond // changes are gathered this long
	wholeEvery    = 5 * time.Second        // mends whatever was missed

	// How long a node's probes may be missing before it is taken for gone: 12 of
	// its intervals, within limits. Presence is right again 10 s after a kill.
	silentProbes = 12
	leastSilence = 3 * time.Second
	mostSilence  = 8 * time.Second
)

// neighbour is another node, known by its probes.
type neighbour struct {
	node    string
	at      time.Time     // of its last probe
	silence time.Duration // after which it is gone
}

// announce is the presence goroutine: it tells the other nodes who came and
// went here.
func (r *Relay) announce(ctx context.Context) {
	changes, every := time.NewTicker(presenceEvery), time.NewTicker(wholeEvery)
	defer changes.Stop()
	defer every.Stop()
	for {
		all, ask := false, false
		select {
		case <-ctx.Done():
			return
		case <-changes.C:
		case <-every.C:
			all = true
		case <-r.wholeDue:
			all, ask = true, r.askDue.Swap(false)
		}
		r.tell(all, ask)
	}
}

// tell publishes changes, or the whole. What cannot be published now is mended
// by the next whole list: the one of every five seconds, or the one that
// follows when the master is back.
func (r *Relay) tell(all, ask bool) {
	update, some := r.hub.TakePresence(all)
	if !some && !ask {
		return
	}
	payload := marshal(presence{
		Node: r.o.Node, Pub: r.pub, Whole: all, Ask: ask, Joined: update.Joined, Left: update.Left,
	})
	m := outgoing{since: time.Now(), size: len(payload)}
	m.own = func() (string, []byte) { return presenceChannel, payload }
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

// heard notes a node's probe. A new node and we tell each other who is here.
func (r *Relay) heard(p *Probe, now time.Time) {
	if p.Pub == r.pub {
		return
	}
	n := r.nodes[p.Pub]
	if n == nil {
		n = &neighbour{node: strings.Clone(p.Node)}
		r.nodes[strings.Clone(p.Pub)] = n
		r.o.Log.Info("node came", "node", n.node)
		r.askWhole(true)
	}
	n.at = now
	n.silence = min(max(silentProbes*time.Duration(p.Every)*time.Millisecond, leastSilence), mostSilence)
}

// present takes in what another node tells of its clients.
func (r *Relay) present(p *presence) {
	if p.Pub == r.pub {
		return
	}
	if r.nodes[p.Pub] == nil {
		return // gone, or not yet come: its first probe makes it tell everything
	}
	r.hub.ApplyPresence(p.Pub, p.update())
	if p.Ask {
		r.askWhole(false)
	}
}

// proven follows the first probe back: while nothing came, every node seemed
// silent, so their time begins anew; and who came and went is asked for.
func (r *Relay) proven(now time.Time) {
	for _, n := range r.nodes {
		n.at = now
	}
	r.askWhole(true)
}

// forgetSilent takes the clients of nodes that are gone out of all rooms. It
// runs when a probe of our own came back: then others' would have, too.
func (r *Relay) forgetSilent(now time.Time) {
	for pub, n := range r.nodes {
		if now.Sub(n.at) > n.silence {
			delete(r.nodes, pub)
			r.hub.ForgetNode(pub)
			r.o.Log.Info("node gone", "node", n.node)
		}
	}
}
