package faults

import (
	"context"
	"sync"
	"time"
)

// pulse notes how late this machine lets a program run that has nothing to do: the
// lab itself, which wants to every few milliseconds.
type pulse struct {
	mu    sync.Mutex
	worst time.Duration
	held  func() // what holds it up; nil: the machine alone
}

const pulseEvery = 5 * time.Millisecond

func (p *pulse) run(ctx context.Context) {
	beat := time.NewTicker(pulseEvery)
	defer beat.Stop()
	for last := time.Now(); ; {
		select {
		case <-beat.C:
		case <-ctx.Done():
			return
		}
		if p.held != nil {
			p.held()
		}
		now := time.Now()
		p.mu.Lock()
		p.worst = max(p.worst, now.Sub(last)-pulseEvery)
		p.mu.Unlock()
		last = now
	}
}

func (p *pulse) latest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.worst
}

// handovers is how many programs have to run, one after the other, until something
// is known: the node that sends a probe, the master, the replica, the node again,
// its answer to /readyz, and the lab. Each may have to wait for its turn.
const handovers = 6

// allowance is what this machine's own lateness may add to a promise that is made
// in time: for each hand-over the longest that the lab itself had to wait in this
// run, or an undisturbed message for its answer before the fault.
func (r *run) allowance() time.Duration { return handovers * r.lateness() }

func (r *run) lateness() time.Duration {
	late := r.pulse.latest()
	for _, s := range r.senders {
		late = max(late, s.source.slowestBefore(r.broken))
	}
	return late
}

// within judges a time against a promise, and against what the machine adds to it.
// The remark tells when it took that.
func (r *run) within(took, promise time.Duration) (holds bool, remark string) {
	if took > promise {
		remark = " (" + show(r.allowance()) + " more are allowed: this machine was late)"
	}
	return took <= promise+r.allowance(), remark
}
