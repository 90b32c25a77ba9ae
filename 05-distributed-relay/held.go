package relay

import (
	"context"
	"math"
	"sync"
	"time"
)

// held are messages that the master has taken while delivery was in doubt. Its
// answer proves little then: during a planned failover there are two masters for
// seconds, and the old one goes on answering. So a message of these is acknowledged
// when it comes back from the replica, or fails at its deadline.
type held struct {
	wake chan struct{} // holds a token when something was put in

	mu    sync.Mutex
	queue fifo[outgoing] // by their age
}

func (h *held) put(m *outgoing) {
	h.mu.Lock()
	h.queue.push(*m)
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// next takes out the oldest if it is older than since; else it tells how old the
// oldest is: zero, none.
func (h *held) next(before time.Time) (m outgoing, ok bool, oldest time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.queue.items) == 0 {
		return m, false, oldest
	}
	m = h.queue.items[0]
	if m.since.After(before) {
		return m, false, m.since
	}
	h.queue.drop(1)
	return m, true, oldest
}

// giveUp is a goroutine of its own, as the publishing goroutine may be waiting for
// the master: it fails what was held until its deadline. What came back meanwhile
// has its answer.
func (p *publisher) giveUp(ctx context.Context) {
	timer := time.NewTimer(math.MaxInt64)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.held.wake:
		case <-timer.C:
		}
		for {
			timeout := p.answerTime()
			m, due, oldest := p.held.next(time.Now().Add(-timeout))
			if !due {
				if !oldest.IsZero() {
					timer.Reset(time.Until(oldest.Add(timeout)))
				}
				break
			}
			p.failed(&m, textUnknown)
		}
	}
}
