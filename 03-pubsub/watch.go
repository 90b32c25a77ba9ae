package pubsub

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var (
	// ErrNotPublished: the probes could not be published: the master is away. The subscription may be fine.
	ErrNotPublished = errors.New("probes cannot be published, the master is away or not reachable")
	// ErrNotBack: the probes were published and did not come back: the subscription's server is frozen, or
	// is a replica that has lost its master.
	ErrNotBack = errors.New("probes are published but do not come back")
)

// watcher publishes probes and judges whether they come back. It runs in one goroutine; the probe itself
// runs in another, because a master that hangs must not keep the watcher from watching.
type watcher struct {
	s        *Subscriber
	interval time.Duration

	answers chan error // of the probe that is out; room for one
	out     time.Time  // when it was sent; zero: none is out
	owed    bool       // a subscription was confirmed while one was out, which may have passed before it
	err     error      // how the last one ended

	blame error     // ErrNotBack or ErrNotPublished: the reason for silence, if it began now
	from  time.Time // since when

	silence silence
}

func newWatcher(s *Subscriber) *watcher {
	interval := s.o.ProbeInterval
	return &watcher{s: s, interval: interval, answers: make(chan error, 1), silence: silence{s: s}}
}

// patience is how long nothing may come back: three intervals, and more where the way is long.
func (w *watcher) patience() time.Duration {
	least := silentAfter * w.interval
	if w.s.o.Patience == nil {
		return least
	}
	return max(least, w.s.o.Patience())
}

func (s *Subscriber) watch(ctx context.Context) {
	w := newWatcher(s)
	due := time.Now()
	next := due // probe
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case w.err = <-w.answers:
			w.out = time.Time{}
			if !w.owed {
				continue // the timer is still set
			}
			w.owed = false
			next, due = time.Now(), time.Now()
		case <-s.link.confirmed: // do not let the proof of delivery wait for the next turn
			w.owed = !w.out.IsZero()
			next, due = time.Now(), time.Now()
		case <-timer.C:
		}
		now := time.Now()
		if late := now.Sub(due); late > w.interval {
			w.forgive(late)
		}
		if !now.Before(next) {
			w.probe(ctx, now)
			if next = next.Add(w.interval); next.Before(now) {
				next = now.Add(w.interval) // turns that were slept through are not made up for
			}
		}
		due = next
		if check := w.judge(ctx, now); check.After(now) && check.Before(due) {
			due = check
		}
		timer.Reset(time.Until(due))
	}
}

// probe sends the next probe, unless the one before is still out.
func (w *watcher) probe(ctx context.Context, now time.Time) {
	if !w.out.IsZero() {
		return
	}
	w.out = now
	patience := w.patience()
	go func() {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		w.answers <- w.s.o.Probe(ctx)
	}()
}

// forgive moves all clocks on by the time in which this process itself did not run (a suspended laptop, a
// frozen container): nobody else is to blame for that silence.
func (w *watcher) forgive(late time.Duration) {
	l := &w.s.link
	l.mu.Lock()
	l.since = l.since.Add(late)
	if l.standby != nil {
		l.standby.opened, l.standby.until = l.standby.opened.Add(late), l.standby.until.Add(late)
	}
	l.mu.Unlock()
	w.silence.forgive(late)
	w.from = w.from.Add(late)
	if !w.out.IsZero() {
		w.out = w.out.Add(late)
	}
}

// judge looks at the silence and acts on it: Silent is told, and then see silence.look. It returns when to look
// again, at the latest.
func (w *watcher) judge(ctx context.Context, now time.Time) time.Time {
	patience := w.patience()
	w.silence.patience = patience
	w.assign(now)

	l := &w.s.link
	l.mu.Lock()
	c, quiet := l.conn, now.Sub(l.since)
	if c == nil || quiet < patience {
		defer l.mu.Unlock()
		w.silence.conn = nil
		return l.since.Add(patience)
	}
	// Once silent, another blame is told when it has lasted as long: a master that has just come back has
	// probes published which cannot be back yet.
	if l.silent == nil || l.silent != w.blame && now.Sub(w.from) >= patience {
		l.silent, l.alive = w.blame, false
		l.queue.push(Event{Kind: Silent, Err: w.sentence(c, now, quiet)})
	}
	l.mu.Unlock()
	w.silence.look(ctx, c, now, w.blame, quiet)
	return now.Add(patience)
}

// assign decides on the reason for silence. A probe that has been out for half of the patience, one and a
// half intervals, counts as not published. (When a master stops answering, silence is told three intervals after the last probe came
// back. By then the next probe has been out for about two.)
func (w *watcher) assign(now time.Time) {
	blame := ErrNotBack
	if w.err != nil || w.overdue(now) {
		blame = ErrNotPublished
	}
	if blame != w.blame {
		w.blame, w.from = blame, now
	}
}

func (w *watcher) overdue(now time.Time) bool {
	return !w.out.IsZero() && now.Sub(w.out) >= w.patience()/2
}

func (w *watcher) sentence(c *connection, now time.Time, quiet time.Duration) error {
	quiet = quiet.Round(time.Millisecond)
	switch {
	case w.blame == ErrNotBack:
		return fmt.Errorf("%w: nothing for %v; %s may be frozen, or a replica that has lost its master",
			ErrNotBack, quiet, c.addr)
	case w.err != nil:
		return fmt.Errorf("%w: no proof of delivery for %v, the subscription at %s may be fine: %w",
			ErrNotPublished, quiet, c.addr, w.err)
	default:
		return fmt.Errorf("%w: no proof of delivery for %v, the subscription at %s may be fine: no answer to a probe for %v",
			ErrNotPublished, quiet, c.addr, now.Sub(w.out).Round(time.Millisecond))
	}
}
