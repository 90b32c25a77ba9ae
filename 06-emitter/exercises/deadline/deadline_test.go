package deadline_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/06-emitter/exercises/deadline"
)

const (
	way  = 4 * time.Millisecond // to the master, or back from it
	half = 500 * time.Millisecond
)

var errCut = errors.New("connection reset by peer")

// master is a connection to one, in fake time.
type master struct {
	publish time.Duration   // until PUBLISH's answer is here
	fails   string          // "publish" or "wait": the connection breaks there
	have    []time.Duration // after PUBLISH's answer, until each replica has it
	limits  []string        // that WAIT was called with, in milliseconds
	since   time.Time
}

// pause lets time pass, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (m *master) Publish(ctx context.Context, _ string, _ any) *redis.IntCmd {
	err := pause(ctx, m.publish)
	if err == nil && m.fails == "publish" {
		err = errCut
	}
	m.since = time.Now()
	return redis.NewIntResult(0, err)
}

func (m *master) Wait(ctx context.Context, replicas int, limit time.Duration) *redis.IntCmd {
	milliseconds := limit.Milliseconds() // what go-redis sends
	m.limits = append(m.limits, fmt.Sprint(milliseconds))
	if err := pause(ctx, way); err != nil || m.fails == "wait" {
		return redis.NewIntResult(0, errors.Join(err, errCut))
	}
	until := time.Now().Add(time.Duration(milliseconds) * time.Millisecond)
	for m.count() < replicas && (milliseconds == 0 || time.Now().Before(until)) {
		if err := pause(ctx, time.Millisecond); err != nil {
			return redis.NewIntResult(0, err)
		}
	}
	n := m.count()
	return redis.NewIntResult(int64(n), pause(ctx, way))
}

// count says how many replicas have it now.
func (m *master) count() (n int) {
	for _, d := range m.have {
		if time.Since(m.since) >= d {
			n++
		}
	}
	return n
}

// emitted is what Emit has answered.
type emitted struct {
	reached int
	err     error
	took    time.Duration
	limits  string
}

// emit calls Emit for two replicas, with half a second or without an end.
func emit(t *testing.T, m master, limited bool) (e emitted) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		if limited {
			limit, cancel := context.WithTimeout(ctx, half)
			defer cancel()
			ctx = limit
		} else {
			watch, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute) // it ends a hang
			defer cancel()
			ctx = endless{watch}
		}
		began := time.Now()
		e.reached, e.err = deadline.Emit(ctx, &m, "room", "hi", 2)
		e.took, e.limits = time.Since(began), strings.Join(m.limits, ", ")
	})
	return e
}

// endless has no deadline.
type endless struct{ context.Context }

func (endless) Deadline() (time.Time, bool) { return time.Time{}, false }

// never is a replica that stands still.
const never = 24 * time.Hour

func TestReceiptComesAsSoonAsBothHaveIt(t *testing.T) {
	e := emit(t, master{publish: 2 * way, have: []time.Duration{time.Millisecond, 10 * time.Millisecond}}, true)
	if e.reached != 2 || e.err != nil || e.took > half/10 {
		t.Errorf("both replicas have it after 10ms; Emit says %d (error %v) after %v, want 2 within 50ms", e.reached, e.err, e.took)
	}
	if e.limits == "0" {
		t.Errorf("WAIT was asked with a limit of 0 ms, which is without end: a replica that stands still would be waited for until the context ends")
	}
}

func TestDeadlineBringsTheNumberThatIsKnown(t *testing.T) {
	for _, publish := range []time.Duration{2 * way, 300 * time.Millisecond} {
		e := emit(t, master{publish: publish, have: []time.Duration{time.Millisecond, never}}, true)
		if e.reached != 1 || e.err != nil || e.took >= half {
			t.Errorf("with 500ms, of which PUBLISH takes %v, one of two replicas stands still; Emit asks WAIT with a limit of %s ms, "+
				"and says %d (error %v) after %v, want 1 before the deadline", publish, e.limits, e.reached, e.err, e.took)
		}
	}
}

func TestTooLittleTimeIsNoReceiptAndNoQuestion(t *testing.T) {
	for _, left := range []time.Duration{10 * time.Millisecond, deadline.Margin, deadline.Margin + 400*time.Microsecond} {
		e := emit(t, master{publish: half - left, have: []time.Duration{never, never}}, true)
		if e.limits != "" {
			t.Errorf("after PUBLISH %v are left; WAIT is asked with a limit of %s ms; 0 is without end, and there is no time for an answer: want no question", left, e.limits)
		}
		if e.reached != deadline.Unknown || !errors.Is(e.err, deadline.ErrNoReceipt) {
			t.Errorf("after PUBLISH %v are left, too little for WAIT; Emit says %d (error %v), want Unknown and ErrNoReceipt", left, e.reached, e.err)
		}
	}
}

func TestErrorTellsWhetherItIsPublished(t *testing.T) {
	e := emit(t, master{fails: "publish"}, true)
	if e.reached != deadline.Unknown || !errors.Is(e.err, errCut) || errors.Is(e.err, deadline.ErrNoReceipt) {
		t.Errorf("PUBLISH fails; Emit says %d (error %v), want Unknown, that error, and not ErrNoReceipt: nobody knows that it is published", e.reached, e.err)
	}
	e = emit(t, master{fails: "wait"}, true)
	if e.reached != deadline.Unknown || !errors.Is(e.err, errCut) || !errors.Is(e.err, deadline.ErrNoReceipt) {
		t.Errorf("PUBLISH is through, and WAIT fails; Emit says %d (error %v), want Unknown, that error, and ErrNoReceipt: whoever takes it for not published sends it again", e.reached, e.err)
	}
}

func TestWithoutADeadlineItDoesNotWaitForEver(t *testing.T) {
	e := emit(t, master{publish: 2 * way, have: []time.Duration{time.Millisecond, never}}, false)
	if e.reached != 1 || e.err != nil || e.limits != "1000" {
		t.Errorf("the context has no deadline, and one of two replicas stands still; Emit asks WAIT with a limit of %s ms, and says %d (error %v) after %v, want 1000 ms, and 1",
			e.limits, e.reached, e.err, e.took)
	}
}
