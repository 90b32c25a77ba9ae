// Package silence notices that a node does not deliver any more, though all its connections are open.
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

	mu     sync.Mutex
	proven bool // by which probe, and until when?
}

// Run publishes the probes 1, 2, 3 …: the first at once, and then one each Interval. Only one Publish is under way at a
// time: while one takes longer the next ones wait. Run returns when ctx ends.
func (w *Watch) Run(ctx context.Context) {
	<-ctx.Done()
}

// Back takes note of a probe that the node's replica has brought. The number need not be true: whoever can publish can
// repeat a probe, or invent one.
func (w *Watch) Back(n uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	// Not written yet.
}

// Ready reports whether the node delivers: see Intervals. At the start it does not.
func (w *Watch) Ready() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.proven
}
