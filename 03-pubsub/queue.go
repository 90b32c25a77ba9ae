package pubsub

import (
	"sync"
	"unsafe"
)

// queue is where events wait for the reader. Pushing never blocks: a server that is not read from buffers
// for us, delays everybody, and finally cuts us off (client-output-buffer-limit), and then nobody could
// say how much was missed.
type queue struct {
	limit int           // bytes
	ready chan struct{} // holds one token when there may be something to take

	mu      sync.Mutex
	waiting []Event
	bytes   int
	full    bool    // something was dropped since the last take
	told    bool    // ready has said that something waits
	spare   []Event // the slice handed out last, reused when it comes back: the reader is done with it
}

const (
	eventBytes = int(unsafe.Sizeof(Event{}))
	// Whoever takes is not woken for what was passed over, until there is so much of it: some 100 KiB.
	mostUntold = 1024
	// A burst can leave a slice of many megabytes; above this many events it is not kept for reuse.
	spareEvents = 8192
)

func newQueue(limit int) *queue {
	return &queue{limit: limit, ready: make(chan struct{}, 1)}
}

// push appends e, or counts it as missed when it is a message and the queue is full. Full it stays until
// the reader comes: one gap is better than many, between the large messages. One message is always taken,
// however large: it would otherwise never arrive, not even at an idle reader.
func (q *queue) push(e Event) {
	size := size(e)
	q.mu.Lock()
	wasEmpty := len(q.waiting) == 0
	switch {
	case isNews(e.Kind) || wasEmpty || !q.full && q.bytes+size <= q.limit:
		q.waiting = append(q.waiting, e)
		q.bytes += size
	case q.waiting[len(q.waiting)-1].Kind == Overflow:
		q.waiting[len(q.waiting)-1].Missed++
	default:
		q.full = true
		q.waiting = append(q.waiting, Event{Kind: Overflow, Missed: 1})
	}
	tell := !q.told && (e.Kind != PassedOver || q.full || len(q.waiting) >= mostUntold)
	q.told = q.told || tell
	q.mu.Unlock()
	if tell {
		select {
		case q.ready <- struct{}{}:
		default:
		}
	}
}

// isNews reports whether an event is about the subscription, and no message.
func isNews(k Kind) bool { return k != Message && k != PassedOver }

// size is what an event counts for while it waits, in bytes.
func size(e Event) int { return eventBytes + len(e.Channel) + len(e.Pattern) + len(e.Payload) }

// takeAll returns everything that waits, in order; the slice is valid until the next call.
func (q *queue) takeAll() []Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil
	}
	taken := q.waiting
	clear(q.spare) // or its payloads live on until they are overwritten
	q.waiting, q.spare, q.bytes, q.full, q.told = q.spare[:0], nil, 0, false, false
	if cap(taken) <= spareEvents {
		q.spare = taken
	}
	return taken
}
