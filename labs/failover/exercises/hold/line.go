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
}

// Say publishes a message, or lets it wait while the master is moving. done is called once, with what became of it.
func (l *Line) Say(message string, now time.Time, done func(error)) {
	done(l.Publish(l.master, message))
}

// Place tells where the master is, and whether another server is about to become it.
func (l *Line) Place(master string, moving bool) {
	l.master, l.moving = master, moving
}

// Look gives up what has waited longer than Most.
func (l *Line) Look(now time.Time) {
}
