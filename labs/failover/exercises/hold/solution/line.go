// Package hold keeps messages back while another server is about to become the master.
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

	master string
	moving bool
	//exercise:stub
	//exercise:solution
	waiting []waiting // the oldest first
	//exercise:end
}

//exercise:stub
//exercise:solution

type waiting struct {
	message string
	since   time.Time
	done    func(error)
}

//exercise:end

// Say publishes a message, or lets it wait while the master is moving. done is called once, with what became of it.
func (l *Line) Say(message string, now time.Time, done func(error)) {
	//exercise:stub
	// done(l.Publish(l.master, message))
	//exercise:solution
	l.waiting = append(l.waiting, waiting{message, now, done})
	l.flush()
	//exercise:end
}

// Place tells where the master is, and whether another server is about to become it.
func (l *Line) Place(master string, moving bool) {
	l.master, l.moving = master, moving
	//exercise:stub
	//exercise:solution
	l.flush()
	//exercise:end
}

// Look gives up what has waited longer than Most.
func (l *Line) Look(now time.Time) {
	//exercise:stub
	//exercise:solution
	for len(l.waiting) > 0 && now.Sub(l.waiting[0].since) > l.Most {
		given := l.waiting[0]
		l.waiting = l.waiting[1:] // it must not be published later: its sender has said it again by then
		given.done(ErrNotSent)
	}
	//exercise:end
}

//exercise:stub
//exercise:solution

// flush publishes what waits, unless the master is moving. Each message goes through the same queue, so none overtakes another.
func (l *Line) flush() {
	for !l.moving && len(l.waiting) > 0 {
		first := l.waiting[0]
		l.waiting = l.waiting[1:]
		first.done(l.Publish(l.master, first.message))
	}
}

//exercise:end
