package loadtest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// recorder notes what the clients of one engine get. Its lock is taken once for
// all that one read has brought, not for each message.
type recorder struct {
	busy atomic.Int64 // nanoseconds that the engine spent on what had arrived, where it knows

	mu       sync.Mutex
	since    int64 // messages scheduled from here on count; never before it is set
	until    int64
	now      int64 // of the read that is being taken in
	counts   Counts
	arrivals int64 // in all, also of what does not count
	second   *hdrhistogram.Histogram
	tokens   chan struct{} // one of each client that is not welcome yet
	fail     context.CancelCauseFunc
	why      string // of the first client that was ended, or refused
}

// Latencies are kept in microseconds, to a minute, with three digits: a longer
// one counts as a minute.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, time.Minute.Microseconds(), 3)
}

func newRecorder() *recorder {
	const never = int64(1) << 62
	return &recorder{since: never, until: never, second: newHistogram()}
}

// count sets the time from which and until which messages count, by their schedule.
func (r *recorder) count(since, until int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.since, r.until = since, until
}

// expectWelcomes makes each welcome take a token out, and the first trouble call fail.
func (r *recorder) expectWelcomes(tokens chan struct{}, fail context.CancelCauseFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens, r.fail = tokens, fail
}

// feed hands the bytes of one read to their client.
func (r *recorder) feed(c *client, b []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = now()
	c.feed(b, r)
}

// broke notes that a connection broke.
func (r *recorder) broke(c *client, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c.end(r, err.Error())
}

// A client's feed calls the functions below, with the lock held.

func (r *recorder) arrived(s stamp, v verdict) {
	r.arrivals++
	if s.at < r.since || s.at >= r.until {
		return
	}
	switch v {
	case repeated:
		r.counts.Repeated++
		return
	case outOfOrder:
		r.counts.OutOfOrder++
	}
	r.counts.Delivered++
	late := min(max((r.now-s.at)/1000, 1), time.Minute.Microseconds())
	_ = r.second.RecordValue(late) // it is within the bounds
}

func (r *recorder) welcome() {
	select {
	case <-r.tokens:
	default: // a server that welcomes twice
	}
}

func (r *recorder) refused(why string) {
	r.counts.Refused++
	r.note(why)
}

func (r *recorder) ended(why string) {
	r.counts.Closed++
	r.note(why)
}

func (r *recorder) note(why string) {
	if r.why == "" {
		r.why = why
	}
	if r.fail != nil {
		r.fail(errors.New(why))
	}
}
