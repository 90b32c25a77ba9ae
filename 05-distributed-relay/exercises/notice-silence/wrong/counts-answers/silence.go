// Package silence is content when the master answers.
//
// The mistake: the answer proves the way to the master. What people hear comes by the other half, from the replica.
// The test says: the replica has gone silent; the last probe that came back was published
package silence

import (
	"context"
	"sync"
	"time"
)

// Intervals is the number to reach: the node is ready while one of its own probes has come back that was published at
// most so many intervals ago.
const Intervals = 3

// Watch publishes a node's probes and looks whether they come back. Its methods may be called from any goroutine.
type Watch struct {
	// Interval between two probes; more than 0.
	Interval time.Duration
	// Publish publishes probe n at the master, which may take until ctx ends. nil says that the master has taken it.
	Publish func(ctx context.Context, n uint64) error

	mu        sync.Mutex
	published map[uint64]time.Time // the probes that could still prove something: when each was published
	proven    time.Time            // when the last one was published that has come back; zero: none has
}

// Run publishes the probes 1, 2, 3 …: the first at once, and then one each Interval. Only one Publish is under way at a
// time: while one takes longer the next ones wait. Run returns when ctx ends.
func (w *Watch) Run(ctx context.Context) {
	tick := time.NewTicker(w.Interval)
	defer tick.Stop()
	for n := uint64(1); ctx.Err() == nil; n++ {
		w.publish(ctx, n)
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

func (w *Watch) publish(ctx context.Context, n uint64) {
	ctx, cancel := context.WithTimeout(ctx, Intervals*w.Interval)
	defer cancel()
	w.mu.Lock()
	if w.published == nil {
		w.published = map[uint64]time.Time{}
	}
	w.published[n] = time.Now() // before it can come back
	delete(w.published, n-Intervals-1)
	w.mu.Unlock()
	if w.Publish(ctx, n) == nil {
		w.Back(n)
	}
}

// Back takes note of a probe that the node's replica has brought. The number need not be true: whoever can publish can
// repeat a probe, or invent one.
func (w *Watch) Back(n uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, ok := w.published[n]; ok && at.After(w.proven) {
		w.proven = at
	}
}

// Ready reports whether the node delivers: see Intervals. At the start it does not.
func (w *Watch) Ready() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.proven.IsZero() && time.Since(w.proven) < Intervals*w.Interval
}
