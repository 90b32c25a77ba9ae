package relay

import (
	"context"
	"strings"
	"time"
)

const (
	presenceEvery = 100 * time.Millisecond // changes are gathered this long
	wholeEvery    = 5 * time.Second        // mends whatever was missed
	leastSilence  = 3 * time.Second        // without probes: the node is gone
)

// neighbour is another node, known by its probes.
type neighbour struct {
	node string
	at   time.Time
}

// whole asks for the list of all our clients to be published; with ask, all
// other nodes are asked for theirs.
type whole struct{ ask bool }

// announce is the presence goroutine: it tells the other nodes who came and
// went here.
func (r *Relay) announce(ctx context.Context) {
	changes, all := time.NewTicker(presenceEvery), time.NewTicker(wholeEvery)
	defer changes.Stop()
	defer all.Stop()
	for {
		due, ask := false, false
		select {
		case <-ctx.Done():
			return
		case <-changes.C:
		case <-all.C:
			due = true
		case w := <-r.wholeDue:
			due, ask = true, w.ask
		}
		r.tell(due, ask)
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

// askWhole never blocks: one that is asked for already is as good.
func (r *Relay) askWhole(w whole) {
	select {
	case r.wholeDue <- w:
	default:
	}
}

// heard notes a node's probe. A new node gets our list with the next change.
func (r *Relay) heard(pub, node string, now time.Time) {
	if pub == r.pub {
		return
	}
	if n := r.nodes[pub]; n != nil {
		n.at = now
		return
	}
	r.nodes[strings.Clone(pub)] = &neighbour{node: strings.Clone(node), at: now}
	r.o.Log.Info("node came", "node", node)
	r.askWhole(whole{})
}

// present takes in what another node tells of its clients.
func (r *Relay) present(p *presence, now time.Time) {
	if p.Pub == r.pub {
		return
	}
	r.heard(p.Pub, p.Node, now)
	r.hub.ApplyPresence(p.Pub, p.update())
	if p.Ask {
		r.askWhole(whole{})
	}
}

// proven follows the first probe back: while nothing came, every node seemed
// silent, so their time begins anew; and who came and went is asked for.
func (r *Relay) proven(now time.Time) {
	for _, n := range r.nodes {
		n.at = now
	}
	r.askWhole(whole{ask: true})
}

// forgetSilent takes the clients of nodes that are gone out of all rooms. It
// runs when a probe of our own came back: then others' would have, too.
func (r *Relay) forgetSilent(now time.Time) {
	silence := max(leastSilence, 12*r.o.ProbeInterval)
	for pub, n := range r.nodes {
		if now.Sub(n.at) > silence {
			delete(r.nodes, pub)
			r.hub.ForgetNode(pub)
			r.o.Log.Info("node gone", "node", n.node)
		}
	}
}
