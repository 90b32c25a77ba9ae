package loadtest

import (
	"context"
	"fmt"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Watch is told how a run goes, once a second: of how many seconds in all, how
// many messages arrived in the last one, and their latency's 99th percentile in
// milliseconds. nil: nobody watches.
type Watch func(second, of int, deliveries int64, p99 float64)

// meter measures while a load is on.
type meter struct {
	cluster  *Cluster
	crowd    *crowd
	schedule schedule
	watch    Watch
	total    *hdrhistogram.Histogram
}

// sample is what has been used so far.
type sample struct {
	at       int64
	arrivals int64
	busy     time.Duration
	own      float64 // CPU seconds of the lab
	servers  []Usage
}

func (m *meter) sample() (sample, error) {
	_, arrivals := m.crowd.counts()
	servers, err := m.cluster.usage()
	return sample{at: now(), arrivals: arrivals, busy: m.crowd.busy(), own: ownCPU(), servers: servers}, err
}

// measure returns at the end of the schedule.
func (m *meter) measure(ctx context.Context) (run Run, err error) {
	m.total = newHistogram()
	if err := m.sleep(ctx, m.schedule.since); err != nil {
		return run, err
	}
	before, err := m.sample()
	if err != nil {
		return run, err
	}
	seconds := int((m.schedule.until - m.schedule.since + int64(time.Second) - 1) / int64(time.Second))
	for i := range seconds {
		if err := m.sleep(ctx, min(m.schedule.since+int64(i+1)*int64(time.Second), m.schedule.until)); err != nil {
			return run, err
		}
		h := m.crowd.moment()
		m.total.Merge(h)
		moment := Moment{Second: i + 1, Deliveries: h.TotalCount(), P50: millis(h, 50), P99: millis(h, 99)}
		run.Timeline = append(run.Timeline, moment)
		if m.watch != nil {
			m.watch(i+1, seconds, moment.Deliveries, moment.P99)
		}
	}
	after, err := m.sample()
	if err != nil {
		return run, err
	}
	m.compare(&run, before, after)
	return run, nil
}

// sleep waits until the lab's clock shows at, or a server has ended.
func (m *meter) sleep(ctx context.Context, at int64) error {
	select {
	case <-time.After(time.Duration(at - now())):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-m.cluster.failed:
		return m.cluster.failure()
	}
}

// compare notes what was used between two samples.
func (m *meter) compare(run *Run, before, after sample) {
	seconds := float64(after.at-before.at) / float64(time.Second)
	deliveries := float64(max(after.arrivals-before.arrivals, 1))
	run.Deliveries = float64(after.arrivals-before.arrivals) / seconds
	for i, u := range after.servers {
		u.CPU -= before.servers[i].CPU
		run.Servers = append(run.Servers, u)
		if i < m.cluster.nodeProcesses {
			run.CPU += u.CPU * 1e6 / deliveries
		} else {
			run.RedisCPU += u.CPU * 1e6 / deliveries
		}
	}
	run.Generator.CPU = after.own - before.own
	run.Generator.Cores = run.Generator.CPU / seconds
	if share := (after.busy - before.busy).Seconds() / seconds / float64(len(m.crowd.engines)); share > busyMost {
		run.Generator.Bottleneck = fmt.Sprintf("the lab was reading %.0f %% of the time: what waits for it counts as late", 100*share)
	}
}

// Above these limits the lab itself is too slow.
const (
	busyMost = 0.9  // share of the time that an engine may work
	lateMost = 10.0 // milliseconds, 99th percentile: how late a message may leave
)

// drain waits for messages that are still on their way.
func (m *meter) drain(ctx context.Context, expected int64) {
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	began, quiet := now(), now()
	for before := int64(-1); ; {
		counts, _ := m.crowd.counts()
		if counts.Delivered != before {
			before, quiet = counts.Delivered, now()
		}
		if counts.Delivered >= expected || now()-quiet > int64(drainQuiet) || now()-began > int64(drainMost) {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		case <-m.cluster.failed:
			return
		}
	}
}

// finish records what became of all messages of the counted time.
func (m *meter) finish(run *Run, late *hdrhistogram.Histogram) {
	m.total.Merge(m.crowd.moment())
	sent, expected := run.Counts.Sent, run.Counts.Expected
	run.Counts, _ = m.crowd.counts()
	run.Counts.Sent, run.Counts.Expected = sent, expected
	run.Counts.Lost = expected - run.Counts.Delivered
	run.Late = Latency{
		P50: millis(m.total, 50), P90: millis(m.total, 90), P99: millis(m.total, 99),
		P999: millis(m.total, 99.9), Max: float64(m.total.Max()) / 1000,
	}
	for _, bracket := range m.total.CumulativeDistributionWithTicks(5) {
		run.Curve = append(run.Curve, Point{Percentile: bracket.Quantile, Millis: float64(bracket.ValueAt) / 1000})
	}
	run.Generator.LateP99 = millis(late, 99)
	if run.Generator.LateP99 > lateMost && run.Generator.Bottleneck == "" {
		run.Generator.Bottleneck = fmt.Sprintf("1 message in 100 left the lab %.0f ms late or more: it found no processor, or nobody took what it sent", run.Generator.LateP99)
	}
	if why := m.crowd.why(); why != "" && run.Failed == "" {
		run.Failed = why
	}
	if err := m.cluster.failure(); err != nil {
		run.Failed = err.Error()
	}
}

func millis(h *hdrhistogram.Histogram, percentile float64) float64 {
	return float64(h.ValueAtQuantile(percentile)) / 1000
}
