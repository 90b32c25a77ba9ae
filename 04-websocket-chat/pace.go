package chat

import (
	"math"
	"time"
)

const (
	paceLook = 2 * time.Millisecond  // before each look at the queues
	paceIdle = 8 * time.Millisecond  // without any progress: the clients do not read
	paceMost = 50 * time.Millisecond // after one burst
)

// pace gives the writers time after a burst of full size: a backlog, such as a
// replica brings after it was cut off, fills a queue of 1 MiB in 4 ms, sooner
// than anybody can be written to, and each client would be closed as too slow.
//
// A client that does not read must not delay another. So pace waits longer than the
// first look only while most clients of the node have more than a quarter of a queue
// waiting, as then not the clients are slow, and while the backlog shrinks.
func (h *Hub) pace() {
	if _, waiting := h.backlog(0); waiting == 0 {
		return // the round has written all of it
	}
	least, since := math.MaxInt, time.Now()
	for began := since; time.Since(began) < paceMost; {
		time.Sleep(paceLook)
		most, waiting := h.backlog(h.o.MaxQueueBytes / 4)
		if waiting < least {
			least, since = waiting, time.Now()
		}
		if !most || time.Since(since) >= paceIdle {
			return
		}
	}
}

// backlog reports whether most queues hold more than so many bytes, and how
// many those hold together.
func (h *Hub) backlog(bytes int) (most bool, waiting int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	crowded := 0
	for _, c := range h.all {
		if n := c.out.waiting(); n > bytes {
			crowded++
			waiting += n
		}
	}
	return 2*crowded > len(h.all), waiting
}
