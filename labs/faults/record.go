package faults

import (
	"sync"
	"time"
)

// record notes what one receiver got.
type record struct {
	mu       sync.Mutex
	began    time.Time
	order    []stamp                   // the messages as they came, each one once
	seen     map[stamp]bool            //
	last     map[int]int               // by source: the highest number so far
	repeated int                       // messages that came a second time
	disorder int                       // messages that came after a later one of the same source
	silence  time.Duration             // the longest time without a message
	at       time.Duration             // when the last message came
	late     []time.Duration           // times from sending to arrival, while sentAt is set
	sentAt   func(stamp) time.Duration // when a message was sent; nil: late is not noted
	closed   []closing
	back     []time.Duration // when it was welcome again after the end of a connection
	members  int             // the count of the last presence frame
	changed  time.Duration   // when that count last changed
}

// closing is the end of a connection as its client saw it.
type closing struct {
	at   time.Duration
	code int // of the close frame; 1006 without one
}

func newRecord(began time.Time) *record {
	return &record{began: began, seen: map[stamp]bool{}, last: map[int]int{}}
}

func (r *record) now() time.Duration { return time.Since(r.began) }

// arrived notes a message.
func (r *record) arrived(s stamp) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if r.at > 0 {
		r.silence = max(r.silence, now-r.at)
	}
	r.at = now
	switch {
	case r.seen[s]:
		r.repeated++
		return
	case s.seq < r.last[s.source]:
		r.disorder++
	default:
		r.last[s.source] = s.seq
	}
	r.seen[s] = true
	r.order = append(r.order, s)
	if r.sentAt != nil {
		r.late = append(r.late, now-r.sentAt(s))
	}
}

func (r *record) ended(code int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = append(r.closed, closing{r.now(), code})
}

func (r *record) welcome() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.closed) > 0 {
		r.back = append(r.back, r.now())
	}
}

func (r *record) presence(count int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if count != r.members {
		r.members, r.changed = count, r.now()
	}
}

func (r *record) has(source, above int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last[source] > above
}

func (r *record) longestSilence() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.silence
}

// against counts the messages that came to other in another order than to r.
func (r *record) against(other *record) (swapped int) {
	r.mu.Lock()
	place := make(map[stamp]int, len(r.order))
	for i, s := range r.order {
		place[s] = i
	}
	r.mu.Unlock()
	other.mu.Lock()
	defer other.mu.Unlock()
	last := -1
	for _, s := range other.order {
		i, common := place[s]
		switch {
		case !common:
		case i < last:
			swapped++
		default:
			last = i
		}
	}
	return swapped
}
