package embedded

import (
	"time"
)

// follower is the part of a replica that follows the master. Guarded by Topology.mu.
type follower struct {
	link   *link
	cut    bool          // kept apart from the master
	synced bool          // got a copy of the master's keys, and applies all changes since
	next   int           // number of the next entry to apply; -1: needs a copy of all keys
	offset int64         // how much of the stream is applied, in bytes
	lag    time.Duration // how much later than the master it applies
	copies int           // full resyncs
}

// link is one life of the connection between a replica and its master.
type link struct {
	ended bool
	done  chan struct{} // closed when its goroutine has ended
}

func (f *follower) linked() bool { return f.link != nil && !f.link.ended }

// connect starts a link. Called with mu held.
func (t *Topology) connect(n *node) {
	previous := n.link
	n.link = &link{done: make(chan struct{})}
	go t.follow(n, n.link, previous)
}

// disconnect ends a replica's link; the entry that is being applied is finished. Called with mu held.
func (t *Topology) disconnect(n *node) {
	if n.linked() {
		n.link.ended = true
	}
	n.synced = false
	t.changed.Broadcast()
}

// follow is the goroutine of a link. It may block on its own replica's miniredis, which a subscriber that does not read can
// freeze: the master and the other replicas go on, because the log is between them.
func (t *Topology) follow(n *node, l *link, previous *link) {
	defer close(l.done)
	if previous != nil {
		<-previous.done // else both could apply the same entry
	}
	for {
		e, copyAll, ok := t.await(n, l)
		switch {
		case !ok:
			return
		case copyAll:
			t.resync(n, l)
			continue
		}
		n.advance(e.at)
		for _, command := range e.commands {
			n.run(nil, command)
		}
		t.mu.Lock()
		if e.run == t.log.run { // else the master was restarted meanwhile: this replica needs all of its keys, and says so by next
			n.next++
			n.offset = e.end
		}
		t.changed.Broadcast()
		t.mu.Unlock()
	}
}

// await gives the next entry when the replica is to apply it, or says that it needs a copy of all keys, because the log
// does not reach back to where it stopped. ok is false when the link has ended.
func (t *Topology) await(n *node, l *link) (e entry, copyAll, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for !l.ended {
		if n.state == running {
			switch {
			case n.next < t.log.first:
				n.synced = false
				if t.nodes[0].state == running {
					return entry{}, true, true
				}
			case n.next < t.log.next():
				n.synced = true
				e = t.log.entries[n.next-t.log.first]
				wait := n.lag - time.Since(e.at)
				if wait <= 0 {
					return e, false, true
				}
				timer := time.AfterFunc(wait, t.wake)
				t.changed.Wait()
				timer.Stop()
				continue
			case !n.synced:
				n.synced = true
				t.changed.Broadcast()
			}
		}
		t.changed.Wait()
	}
	return entry{}, false, false
}

// needed is the number of the first entry that a linked replica has still to apply. Called with mu held.
func (t *Topology) needed() int {
	needed := t.log.next()
	for _, r := range t.nodes[1:] {
		if r.linked() && r.next >= t.log.first {
			needed = min(needed, r.next)
		}
	}
	return needed
}
