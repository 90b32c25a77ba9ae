package streams

import (
	"context"
	"fmt"
	"sync"
	"time"

	pubsub "example.com/redis-chat/03-pubsub"
)

// watch has probes published, and looks whether they come back. It knows less than that of
// chapter 03, and need not know more: reading on from a place, a second connection brings what the
// first would have brought. So a silent one is given up without regret.
type watch struct {
	r        *reader
	interval time.Duration

	mu     sync.Mutex
	giveUp context.CancelCauseFunc // ends the connection; nil: there is none
	since  time.Time               // when a probe last came back, or the connection began
	alive  bool                    // the last probe is back in time
	silent error                   // what is to blame, and was told; nil: nothing was
	failed error                   // how the last probe ended
	out    time.Time               // when the probe that is under way was sent; zero: none is
}

const (
	silentAfter = 3 // intervals without a probe
	renewAfter  = 4 // times the patience, until a server that answers and brings nothing is asked anew
	mostBlock   = time.Second
)

// block is how long the server may say nothing when there is nothing: a sign of life.
func (w *watch) block() time.Duration { return min(w.interval, mostBlock) }

// patience is how long no probe may come back.
func (w *watch) patience() time.Duration {
	least := silentAfter * w.interval
	if w.r.o.Patience == nil {
		return least
	}
	return max(least, w.r.o.Patience())
}

// up notes a connection, and how to end it.
func (w *watch) up(giveUp context.CancelCauseFunc) {
	w.mu.Lock()
	w.giveUp, w.since, w.alive, w.silent = giveUp, time.Now(), false, nil
	w.mu.Unlock()
	w.r.inbox.tell(pubsub.Subscribed, nil)
	token(w.r.c.probeNow)
}

func (w *watch) down() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.giveUp = nil
}

// back notes a probe that has come back, and reports whether delivery was in doubt.
func (w *watch) back() (news bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	news = !w.alive
	w.since, w.alive, w.silent = time.Now(), true, nil
	return news
}

// run is the watching goroutine.
func (w *watch) run(ctx context.Context) {
	tick := time.NewTicker(w.interval)
	defer tick.Stop()
	var probing sync.WaitGroup
	defer probing.Wait()
	for last := time.Now(); ; {
		now := time.Now()
		if late := now.Sub(last) - w.interval; late > w.interval {
			w.forgive(late)
		}
		last = now
		w.judge(now)
		if w.begin(now) {
			probing.Go(func() { w.probe(ctx) })
		}
		select {
		case <-ctx.Done():
			return
		case <-w.r.c.probeNow:
		case <-tick.C:
		}
	}
}

// begin reports whether a probe may be sent: one at a time.
func (w *watch) begin(now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.out.IsZero() {
		return false
	}
	w.out = now
	return true
}

func (w *watch) probe(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, w.patience())
	defer cancel()
	err := w.r.o.Probe(ctx)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out, w.failed = time.Time{}, err
}

// forgive moves the clocks on by the time in which this process itself did not run.
func (w *watch) forgive(late time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.since = w.since.Add(late)
	if !w.out.IsZero() {
		w.out = w.out.Add(late)
	}
}

// judge looks at the silence.
func (w *watch) judge(now time.Time) {
	patience := w.patience()
	w.mu.Lock()
	defer w.mu.Unlock()
	quiet := now.Sub(w.since)
	if w.giveUp == nil || quiet < patience {
		return
	}
	blame := pubsub.ErrNotBack
	if w.failed != nil || !w.out.IsZero() && now.Sub(w.out) >= patience/2 {
		blame = pubsub.ErrNotPublished
	}
	if w.silent != blame {
		w.silent, w.alive = blame, false
		w.r.inbox.tell(pubsub.Silent, w.sentence(blame, quiet))
	}
	if blame == pubsub.ErrNotBack && quiet >= renewAfter*patience {
		w.giveUp(fmt.Errorf("given up: the server answers, and brings nothing for %v", quiet.Round(time.Millisecond)))
		w.since = now
	}
}

func (w *watch) sentence(blame error, quiet time.Duration) error {
	quiet = quiet.Round(time.Millisecond)
	if blame == pubsub.ErrNotBack {
		return fmt.Errorf("%w: nothing for %v; %s may be frozen, or a replica that has lost its master", blame, quiet, w.r.server().Addr)
	}
	if w.failed != nil {
		return fmt.Errorf("%w: no proof of delivery for %v: %w", blame, quiet, w.failed)
	}
	return fmt.Errorf("%w: no proof of delivery for %v, and no answer to a probe", blame, quiet)
}

// end gives up the connection, if there is one.
func (w *watch) end(why error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.giveUp != nil {
		w.giveUp(why)
	}
}
