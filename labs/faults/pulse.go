package faults

import (
	"context"
	"sync"
	"time"
)

// pulse measures how late this machine lets a program run: it asks to run every few
// milliseconds, and notes the longest delay.
type pulse struct {
	mu    sync.Mutex
	worst time.Duration
	held  func() // a test's delay; nil: only the machine delays it
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

// handovers is how many programs must run, one after the other, until a fault is
// noticed: the node that sends a probe, the master, the replica, the node again, its
// answer to /readyz, and the lab. Each may have to wait for its turn.
const handovers = 6

// allowance is how much later than promised something may happen on this machine: for
// each hand-over, the longest time that the lab itself had to wait in this run, or that
// a message waited for its answer before the fault.
func (r *run) allowance() time.Duration { return handovers * r.lateness() }

func (r *run) lateness() time.Duration {
	late := r.pulse.latest()
	for _, s := range r.senders {
		late = max(late, s.source.slowestBefore(r.broken))
	}
	return late
}

// within reports whether something took no longer than promised, with the machine's
// allowance. If it needed the allowance, the remark says so.
func (r *run) within(took, promise time.Duration) (holds bool, remark string) {
	if took > promise {
		remark = " (" + show(r.allowance()) + " more are allowed: this machine was late)"
	}
	return took <= promise+r.allowance(), remark
}
