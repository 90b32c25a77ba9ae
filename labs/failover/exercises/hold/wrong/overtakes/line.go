// Package hold publishes a new message at once when nothing moves, though older ones still wait.
//
// The mistake: while what has waited is being published, what is said meanwhile overtakes the rest of it.
// The test says: what is said while the waiting ones leave stands behind them: published is ["a at new" "c at new" "b at new"]
package hold

import (
	"errors"
	"time"
)

// ErrNotSent is the end of a message that has waited too long. It is published nowhere.
var ErrNotSent = errors.New("not sent: the master is about to be another one; try again")

// Line publishes messages in the order in which they are said. One goroutine calls its methods.
type Line struct {
	// Publish publishes a message at a master, at once.
	Publish func(master, message string) error
	// Most is how long a message may wait.
	Most time.Duration

	master  string
	moving  bool
	waiting []waiting // the oldest first
}

type waiting struct {
	message string
	since   time.Time
	done    func(error)
}

// Say publishes a message, or lets it wait while the master is moving. done is called once, with what became of it.
func (l *Line) Say(message string, now time.Time, done func(error)) {
	if !l.moving {
		done(l.Publish(l.master, message))
		return
	}
	l.waiting = append(l.waiting, waiting{message, now, done})
}

// Place tells where the master is, and whether another server is about to become it.
func (l *Line) Place(master string, moving bool) {
	l.master, l.moving = master, moving
	l.flush()
}

// Look gives up what has waited longer than Most.
func (l *Line) Look(now time.Time) {
	for len(l.waiting) > 0 && now.Sub(l.waiting[0].since) > l.Most {
		given := l.waiting[0]
		l.waiting = l.waiting[1:] // it must not be published later: its sender has said it again by then
		given.done(ErrNotSent)
	}
}

// flush publishes what waits, unless the master is moving. Each message goes through the same queue, so none overtakes another.
func (l *Line) flush() {
	for !l.moving && len(l.waiting) > 0 {
		first := l.waiting[0]
		l.waiting = l.waiting[1:]
		first.done(l.Publish(l.master, first.message))
	}
}
