package faults

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"
)

// run is one fault on one system, from the first message to the account.
type run struct {
	*crowd
	stage   *stage
	broken  time.Duration // when the fault began, on the run's clock
	frozen  time.Duration // when a server had stopped, or was no master any more, for certain
	healing time.Duration // when it began to become what it was
	mended  time.Duration // when the fault was over
	ready   []*watch      // whether each node is ready
	links   []*watch      // whether each replica gets its master's stream
	pulse   pulse         // how late the machine is
	before  []map[string]float64
	after   []map[string]float64
	gone    [nodeCount]bool // the node was ended and stays away
	checks  []Check
	facts   []string // other numbers worth telling
	ctx     context.Context
	watches sync.WaitGroup
	unwatch context.CancelFunc
}

// Check is one promise, with the measured numbers, and whether it holds.
type Check struct {
	What  string
	Holds bool
}

// calm is how long the flow runs before the fault, and again after the recovery.
const calm = time.Second

// put lets the flow run, breaks one thing, waits until the system has
// recovered, and counts.
func put(ctx context.Context, st *stage, receivers int, row Row) (_ *run, err error) {
	c := newCrowd(st, receivers)
	r := &run{crowd: c, stage: st, ctx: ctx}
	if row.Prepare != nil {
		row.Prepare(r)
	}
	r.startWatches()
	defer r.endWatches()
	// The count begins before the first message, as the accounts do: on a slow machine
	// some messages may get lost before the fault.
	if r.before, err = r.count(); err != nil {
		return nil, err
	}
	c.start(ctx)
	defer c.end()
	flow := row.Calm
	if flow == nil {
		flow = lasts(calm)
	}
	if err := flow(r); err != nil {
		return nil, fmt.Errorf("before: %s: %w", row.Name, err)
	}
	r.broken = r.now()
	if err := row.Break(r); err != nil {
		return nil, fmt.Errorf("%s: %w", row.Name, err)
	}
	r.mended = max(r.mended, r.now())
	r.awaitReady()
	if err := flow(r); err != nil {
		return nil, fmt.Errorf("after: %s: %w", row.Name, err)
	}
	if err := c.fence(ctx); err != nil {
		r.check(false, "%v", err)
	}
	r.awaitAnswers()
	if r.after, err = r.count(); err != nil {
		return nil, err
	}
	r.endWatches() // from here on the numbers must not change: promises are judged by them
	return r, ctx.Err()
}

func (r *run) now() time.Duration { return time.Since(r.began) }

// wait lets the flow run on.
func (r *run) wait(d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.ctx.Done():
	}
}

func (r *run) startWatches() {
	var ctx context.Context
	ctx, r.unwatch = context.WithCancel(r.ctx)
	if !r.stage.system.Tells {
		return
	}
	r.watches.Go(func() { r.pulse.run(ctx) })
	for i := range nodeCount {
		node, link := &watch{began: r.began}, &watch{began: r.began}
		r.ready, r.links = append(r.ready, node), append(r.links, link)
		r.watches.Go(func() { node.run(ctx, readiness(r.stage.addrs[i])) })
		r.watches.Go(func() { link.run(ctx, linkState(r.stage.top.Addrs()[1+i])) })
	}
}

func (r *run) endWatches() {
	r.unwatch()
	r.watches.Wait()
}

// awaitReady returns when each running node says that it is ready, or patience is over:
// the row's checks find a node that is not.
func (r *run) awaitReady() {
	_ = until(r.ctx, func() bool {
		for i, w := range r.ready {
			if !r.gone[i] && !w.last().well {
				return false
			}
		}
		return true
	})
}

// awaitAnswers returns when the last messages are answered, too, where there is a node that can: the checks find those that are not.
func (r *run) awaitAnswers() {
	_ = until(r.ctx, func() bool {
		for node, s := range r.senders {
			if r.stage.system.Tells && !r.gone[node] && s.source.count(waiting) > 0 {
				return false
			}
		}
		return true
	})
}

// count reads each running node's metrics, after two more of its probes have come back.
// By then everything before the first of these probes is counted: a node updates its
// metrics after each message or probe, before it handles the next.
func (r *run) count() ([]map[string]float64, error) {
	counts := make([]map[string]float64, nodeCount)
	if !r.stage.system.Tells {
		return counts, nil
	}
	since := float64(time.Now().UnixMilli()) / 1000
	for i := range counts {
		if r.gone[i] {
			continue
		}
		var err error
		last, probes := since, 0
		probed := until(r.ctx, func() bool {
			counts[i], err = metrics(r.ctx, r.stage.addrs[i])
			if at := counts[i][probedMetric]; at > last {
				last, probes = at, probes+1
			}
			return err != nil || r.stage.set.unprobed || probes == 2
		})
		if err := cmp.Or(err, probed); err != nil {
			return nil, fmt.Errorf("node %d's count: %w", i+1, err)
		}
	}
	return counts, nil
}

// counted is how many messages node i says that it has missed since the first one.
func (r *run) counted(node int) int { return r.grown(node, missedMetric) }

func (r *run) grown(node int, metric string) int {
	if r.after[node] == nil || r.before[node] == nil {
		return 0
	}
	return int(r.after[node][metric] - r.before[node][metric])
}

func (r *run) check(holds bool, format string, args ...any) {
	r.checks = append(r.checks, Check{fmt.Sprintf(format, args...), holds})
}

func (r *run) tell(format string, args ...any) {
	r.facts = append(r.facts, fmt.Sprintf(format, args...))
}
