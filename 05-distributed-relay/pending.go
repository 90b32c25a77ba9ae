package relay

import (
	"sync"
	"time"

	"example.com/redis-chat/04-websocket-chat"
)

// pending are this node's own messages between their PUBLISH and their coming
// back, in order: what comes back settles all before it, too.
type pending struct {
	mu    sync.Mutex
	queue []waiting
}

type waiting struct {
	seq   uint64
	sent  *chat.Sent
	since time.Time
}

// maxPending bounds what is remembered while nothing comes back. Who was
// forgotten gets no "$placed", which is true: its place is not known.
const maxPending = 1 << 16

func (p *pending) push(seq uint64, sent *chat.Sent, since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) >= maxPending {
		p.drop(maxPending / 2)
	}
	p.queue = append(p.queue, waiting{seq, sent, since})
}

// pop returns who waits for the message of that number, and forgets all before.
func (p *pending) pop(seq uint64) (w waiting, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for n < len(p.queue) && p.queue[n].seq <= seq {
		w = p.queue[n]
		n++
	}
	p.drop(n)
	return w, n > 0 && w.seq == seq
}

func (p *pending) drop(n int) {
	clear(p.queue[:n])
	p.queue = p.queue[n:] // append moves it to fresh memory when the end is reached
}
