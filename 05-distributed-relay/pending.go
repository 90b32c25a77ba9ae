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
