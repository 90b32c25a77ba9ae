package relay

import (
	"sync"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
)

// pending are this node's own messages between their PUBLISH and their coming
// back, in order: what comes back settles all before it, too.
type pending struct {
	mu    sync.Mutex
	queue fifo[waiting]
}

type waiting struct {
	seq   uint64
	sent  *chat.Sent
	since time.Time
}

// maxPending bounds what is remembered while nothing comes back. A sender
// that was forgotten gets no "$placed", which is true: its place is not known.
const maxPending = 1 << 16

func (p *pending) push(seq uint64, sent *chat.Sent, since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue.items) >= maxPending {
		p.queue.drop(maxPending / 2)
	}
	p.queue.push(waiting{seq, sent, since})
}

// forget takes out the newest, from a number on: what comes back of them proves
// nothing.
func (p *pending) forget(from uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := len(p.queue.items); n > 0 && p.queue.items[n-1].seq >= from; n-- {
		p.queue.items[n-1] = waiting{}
		p.queue.items = p.queue.items[:n-1]
	}
}

// pop returns what waits for the message of that number, and forgets all before it.
func (p *pending) pop(seq uint64) (w waiting, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for items := p.queue.items; n < len(items) && items[n].seq <= seq; n++ {
		w = items[n]
	}
	p.queue.drop(n)
	return w, n > 0 && w.seq == seq
}

// answered is up to which message the master's answer is known, for whoever must
// not go by what comes back alone.
type answered struct {
	mu      sync.Mutex
	last    uint64
	changed chan struct{} // closed at the next change; nil: nobody waits
}

func (a *answered) upTo(seq uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = seq
	if a.changed != nil {
		close(a.changed)
		a.changed = nil
	}
}

// await waits for the answer to a message, and reports whether it came within limit.
func (a *answered) await(seq uint64, limit time.Duration) bool {
	var late <-chan time.Time
	for {
		a.mu.Lock()
		if a.last >= seq {
			a.mu.Unlock()
			return true
		}
		if a.changed == nil {
			a.changed = make(chan struct{})
		}
		changed := a.changed
		a.mu.Unlock()
		if late == nil {
			late = time.After(limit)
		}
		select {
		case <-changed:
		case <-late:
			return false
		}
	}
}
