package relay

import (
	"sync"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// outgoing is one thing to publish: a client's message, or something of the
// node's own.
type outgoing struct {
	envelope wire.Envelope                           // a client's message; numbered when it is sent
	sent     *chat.Sent                              // tells the sender what becomes of it
	own      func() (channel string, payload []byte) // instead: made when it is sent, on the publishing goroutine
	done     func(error)                             // of own: what became of it; may be nil
	checks   bool                                    // of own: it shows whether there is the right to publish
	size     int                                     // bytes, about
	since    time.Time                               // when it was handed over
}

const (
	// A batch is bounded so that its answers come within the timeout even from
	// a slow master, and that a probe does not wait long behind it.
	batchMessages = 256
	batchBytes    = 1 << 20
)

// outbox is what waits for the publishing goroutine.
type outbox struct {
	limit int
	wake  chan struct{} // holds one token when something may be waiting

	mu       sync.Mutex
	own      []outgoing // goes first: a probe late because of many messages would say that the master is away
	messages fifo[outgoing]
	bytes    int
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
	b.bytes += m.size
	if m.own != nil {
		b.own = append(b.own, m)
	} else {
		b.messages.push(m)
	}
	b.mu.Unlock()
	b.signal()
	return true
}

// signal has the publishing goroutine look what waits.
func (b *outbox) signal() {
	select {
	case b.wake <- struct{}{}:
	default: // the token is there already
	}
}

// nextBatch moves what waits longest into buf; empty: nothing waits.
func (b *outbox) nextBatch(buf []outgoing) []outgoing {
	b.mu.Lock()
	defer b.mu.Unlock()
	buf = append(buf, b.own...)
	clear(b.own)
	b.own = b.own[:0]
	n, bytes := 0, 0
	for n < len(b.messages.items) && n < batchMessages && bytes < batchBytes {
		bytes += b.messages.items[n].size
		n++
	}
	buf = append(buf, b.messages.items[:n]...)
	b.messages.drop(n)
	for i := range buf {
		b.bytes -= buf[i].size
	}
	return buf
}
