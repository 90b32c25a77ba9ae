package relay

import (
	"sync"
	"time"
)

// probes are this node's own: which are on their way, which have come back, and
// which were published at a server that is the master. Several goroutines look.
//
// A probe proves delivery when it has come back and the pipeline that published it
// was shown to be at the master. One alone proves nothing: a master that has become
// a replica still delivers to its own subscribers. The master's answer may come
// after the probe.
type probes struct {
	mu     sync.Mutex
	issued uint64    // published so far, or tried
	out    []probe   // of the last ones, those that prove nothing yet; oldest first
	back   uint64    // the last that came back
	since  time.Time // when the oldest one that is not back was published; zero: all are back
	usual  roundTrip // through the master and the replica
	answer roundTrip // to the master and back
}

type probe struct {
	count            uint64
	at               time.Time     // when it was published
	took             time.Duration // until it came back and what was before it was delivered
	delivered, shown bool          // it came back; it was published at the master
}

// mostOut bounds how many are remembered: four minutes' at the usual interval.
const mostOut = 1024

// issue numbers a probe that is published now.
func (p *probes) issue(now time.Time) (count uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.issued++
	if len(p.out) == mostOut {
		p.out = append(p.out[:0], p.out[1:]...)
	}
	p.out = append(p.out, probe{count: p.issued, at: now})
	if p.since.IsZero() {
		p.since = now
	}
	return p.issued
}

// last is the number of the last one that was issued, and of the last that came back.
func (p *probes) last() (issued, back uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.issued, p.back
}

// confirm notes one that comes back, and reports whether it counts: each does once.
func (p *probes) confirm(count uint64, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if count <= p.back || count > p.issued {
		return false
	}
	p.back, p.since = count, time.Time{}
	for i := range p.out {
		switch probe := &p.out[i]; {
		case probe.count == count:
			p.usual.add(now.Sub(probe.at))
		case probe.count > count:
			p.since = probe.at
			return true
		}
	}
	return true
}

// deliver notes that everything before a probe was delivered, and tells how long that took.
func (p *probes) deliver(count uint64, now time.Time) (took time.Duration) {
	p.note(count, func(probe *probe) {
		took = now.Sub(probe.at)
		probe.delivered, probe.took = true, took
	})
	return took
}

// show notes that a probe was published at the master. It reports whether that
// was all that was missing: the probe proves delivery now. timed says that its answer came as soon as it could: behind replicas that
// were waited for in vain it would make the master look far away, and the next wait longer.
func (p *probes) show(count uint64, now time.Time, timed bool) (proves bool) {
	p.note(count, func(probe *probe) {
		probe.shown, proves = true, probe.delivered
		if timed {
			p.answer.add(now.Sub(probe.at))
		}
	})
	return proves
}

func (p *probes) note(count uint64, do func(*probe)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.out {
		if p.out[i].count == count {
			do(&p.out[i])
		}
	}
}

// proven is the last one that proves delivery, if it is a new one; else 0. It and
// those before it are forgotten.
func (p *probes) proven() (count uint64, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	rest := 0
	for i, probe := range p.out {
		if probe.delivered && probe.shown {
			count, took, rest = probe.count, probe.took, i+1
		}
	}
	p.out = append(p.out[:0], p.out[rest:]...)
	return count, took
}

// overdue reports whether one should have been back by now: it takes longer than
// the round trip usually does, and 100 ms more.
func (p *probes) overdue(now time.Time) bool {
	const grace = 100 * time.Millisecond
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.since.IsZero() && now.Sub(p.since) > p.usual.atMost()+grace
}

// answersAfter is how long an answer of the master usually takes, and what hardly any
// takes longer than; zero: not known yet.
func (p *probes) answersAfter() (usual, atMost time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answer.mean, p.answer.atMost()
}

// connected notes how long a first answer took, before there are any to probes.
func (p *probes) connected(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.answer.mean == 0 {
		p.answer.add(took)
	}
}

// patience is how long no probe may come back. The next one is sent when the one
// before was answered, and a packet that is lost is sent again later than a round trip:
// three times all that.
func (p *probes) patience(interval time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return 3 * (interval + 2*max(p.usual.atMost(), p.answer.atMost()))
}

// lateAfter is how much later than usual a probe that comes back is late. So long is
// no way: something is in it.
const lateAfter = time.Second

// allowed is how long a probe may take that is not late.
func (p *probes) allowed() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.usual.mean + lateAfter
}

// roundTrip is how long a probe is under way, through the master and the replica,
// estimated as TCP does: https://www.rfc-editor.org/rfc/rfc6298#section-2.
type roundTrip struct{ mean, deviation time.Duration }

// add takes in a probe's time. Late ones do not count: what is usual must not
// follow what is wrong.
func (r *roundTrip) add(took time.Duration) {
	switch {
	case took > lateAfter:
	case r.mean == 0:
		r.mean, r.deviation = took, took/2
	default:
		r.deviation += ((r.mean - took).Abs() - r.deviation) / 4
		r.mean += (took - r.mean) / 8
	}
}

// mostRoundTrip bounds what is made of it: silence must be noticed, whatever was measured.
const mostRoundTrip = time.Second

// atMost is what hardly any probe takes longer than.
func (r *roundTrip) atMost() time.Duration { return min(r.mean+4*r.deviation, mostRoundTrip) }
