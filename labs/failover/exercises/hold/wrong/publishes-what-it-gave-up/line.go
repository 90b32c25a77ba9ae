// Package hold tells the sender that its message was not sent, and keeps it.
//
// The mistake: the message is published when the new master is there. Its sender has said it again by then, so all see it twice.
// The test says: a was given up, and said again by its sender; b was in time: published is ["a at new" "b at new"], want ["b at new"]
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
	l.waiting = append(l.waiting, waiting{message, now, done})
	l.flush()
}

// Place tells where the master is, and whether another server is about to become it.
func (l *Line) Place(master string, moving bool) {
	l.master, l.moving = master, moving
	l.flush()
}

// Look gives up what has waited longer than Most.
func (l *Line) Look(now time.Time) {
	for i, w := range l.waiting {
		if now.Sub(w.since) > l.Most {
			w.done(ErrNotSent)
			l.waiting[i].done = func(error) {}
		}
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
