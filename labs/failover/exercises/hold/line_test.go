package hold_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/redis-chat/01-redis-basics/redistest"
	hold "example.com/redis-chat/labs/failover/exercises/hold"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// trial is a line whose clock the test turns.
type trial struct {
	t         *testing.T
	line      *hold.Line
	now       time.Time
	published []string           // "message at master"
	told      map[string][]error // what done was called with
}

func start(t *testing.T) *trial {
	tr := &trial{t: t, now: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), told: map[string][]error{}}
	tr.line = &hold.Line{Most: 500 * time.Millisecond, Publish: func(master, message string) error {
		tr.published = append(tr.published, message+" at "+master)
		return nil
	}}
	tr.line.Place("old", false)
	return tr
}

func (tr *trial) say(messages ...string) {
	for _, m := range messages {
		tr.line.Say(m, tr.now, func(err error) { tr.told[m] = append(tr.told[m], err) })
	}
}

func (tr *trial) after(d time.Duration) {
	tr.now = tr.now.Add(d)
	tr.line.Look(tr.now)
}

func (tr *trial) sees(why string, want ...string) {
	tr.t.Helper()
	if !slices.Equal(tr.published, want) {
		tr.t.Errorf("%s: published is %q, want %q", why, tr.published, want)
	}
}

func (tr *trial) toldOf(message string, want error) {
	tr.t.Helper()
	got := tr.told[message]
	switch {
	case len(got) != 1:
		tr.t.Errorf("the sender of %q was told %d times what became of it, want once", message, len(got))
	case !errors.Is(got[0], want):
		tr.t.Errorf("the sender of %q was told %v, want %v", message, got[0], want)
	}
}

func TestNothingIsPublishedWhileTheMasterMoves(t *testing.T) {
	tr := start(t)
	tr.say("a")
	tr.line.Place("old", true)
	tr.say("b", "c")
	tr.sees("while the master moves", "a at old")
	tr.line.Place("new", false)
	tr.sees("when the new master is named, what waited goes there, in its order", "a at old", "b at new", "c at new")
	for _, m := range []string{"a", "b", "c"} {
		tr.toldOf(m, nil)
	}
}

func TestFailoverThatIsGivenUpGoesOnAtTheOldMaster(t *testing.T) {
	tr := start(t)
	tr.line.Place("old", true)
	tr.say("a")
	tr.sees("while a failover is tried")
	tr.line.Place("old", false)
	tr.sees("when the failover is given up", "a at old")
}

func TestNobodyOvertakes(t *testing.T) {
	tr := start(t)
	tr.line.Place("old", true)
	tr.say("a")
	said := false
	publish := tr.line.Publish
	tr.line.Publish = func(master, message string) error { // somebody says something while what waited is being published
		if !said {
			said = true
			defer tr.say("c")
		}
		return publish(master, message)
	}
	tr.say("b")
	tr.line.Place("new", false)
	tr.sees("what is said while the waiting ones leave stands behind them", "a at new", "b at new", "c at new")
}

func TestWhatWaitsTooLongIsGivenUpAndNeverPublished(t *testing.T) {
	tr := start(t)
	tr.line.Place("old", true)
	tr.say("a")
	tr.after(400 * time.Millisecond)
	tr.say("b")
	tr.after(200 * time.Millisecond) // a waits for 600 ms, b for 200
	tr.toldOf("a", hold.ErrNotSent)
	if len(tr.told["b"]) > 0 {
		t.Errorf("b has waited for 200 ms of 500, and was given up: %v", tr.told["b"])
	}
	tr.line.Place("new", false)
	tr.sees("a was given up, and said again by its sender; b was in time", "b at new")
	tr.after(time.Hour)
	tr.toldOf("a", hold.ErrNotSent)
	tr.toldOf("b", nil)
}

func TestErrorOfPublishIsTold(t *testing.T) {
	tr := start(t)
	away := fmt.Errorf("away")
	tr.line.Publish = func(master, _ string) error {
		if master == "new" {
			return away
		}
		return nil
	}
	tr.line.Place("old", true)
	tr.say("a")
	tr.line.Place("new", false)
	tr.toldOf("a", away)
}
