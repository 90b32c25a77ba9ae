package relay

import (
	"sync"
	"time"

	"example.com/redis-chat/04-websocket-chat"
)

// outgoing is one thing to publish: a client's message, or something of the
// node's own.
type outgoing struct {
	envelope Envelope                                // a client's message; numbered when it is sent
	sent     *chat.Sent                              // who waits for news of it
	own      func() (channel string, payload []byte) // instead: made when it is sent, on the publishing goroutine
	done     func(error)                             // of own: what became of it; may be nil
	size     int                                     // bytes, about
	since    time.Time                               // when it was handed over
}

// outbox is what waits for the publishing goroutine.
type outbox struct {
	limit int
	wake  chan struct{} // holds one token when something may be waiting

	mu      sync.Mutex
	waiting []outgoing
	spare   []outgoing
	bytes   int
}

func newOutbox(limit int) *outbox {
	return &outbox{limit: limit, wake: make(chan struct{}, 1)}
}

// put appends, and reports whether there was room. It never blocks.
func (b *outbox) put(m outgoing) bool {
	b.mu.Lock()
	if b.bytes+m.size > b.limit {
		b.mu.Unlock()
		return false
	}
	b.waiting = append(b.waiting, m)
	b.bytes += m.size
	first := len(b.waiting) == 1
	b.mu.Unlock()
	if first {
		select {
		case b.wake <- struct{}{}:
		default: // the token is there already
		}
	}
	return true
}

// take returns all that waits; the slice is good until the next call.
func (b *outbox) take() []outgoing {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.waiting
	clear(b.spare)
	b.waiting, b.spare, b.bytes = b.spare[:0], taken, 0
	return taken
}
