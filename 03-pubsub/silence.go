package pubsub

import (
	"context"
	"fmt"
	"time"
)

// silence is what the watcher does about a subscription from which no probe comes: it asks for signs of life,
// opens a standby, and compares the two.
type silence struct {
	s        *Subscriber
	patience time.Duration
	conn     *connection // the silent one; nil: there is no silence

	asked    uint64    // PINGs that were sent on it
	at       time.Time // the last of them whose forerunners were answered
	told     bool      // that the answer is missing
	messages uint64    // that it had brought when it was looked at last
	since    time.Time // it has brought none since
	rest     time.Time // until then no standby is opened
}

const (
	// A server that answers and brings nothing has lost its master, or the address leads to another one by
	// now. A standby finds out which. After this many times the patience (3 s) it is opened.
	elsewhereAfter = 4
	// After this many (9 s) a standby that has brought nothing either is replaced by a new one.
	renewAfter = 12
	// mostWait is the longest time for which a proven standby waits for the silent connection.
	mostWait = 5 * time.Second
)

// look takes the next step. blame is the reason for the silence, and quiet is how long it has lasted.
func (q *silence) look(ctx context.Context, c *connection, now time.Time, blame error, quiet time.Duration) {
	if q.conn != c {
		*q = silence{s: q.s, patience: q.patience, conn: c, messages: c.messages.Load(), since: now, rest: q.rest}
	}
	if n := c.messages.Load(); n != q.messages {
		q.messages, q.since = n, now
	}
	answered := c.answers.Load() >= q.asked
	missing := !answered && now.Sub(q.at) >= q.patience
	switch {
	case answered && now.Sub(q.at) >= q.patience:
		q.at = now
		q.ping(ctx)
	case missing && !q.told:
		q.told = true
		q.s.link.tellSilent(c, fmt.Errorf("%w: %s has not answered a PING for %v either: it is frozen, or the way there is broken; a second connection is tried",
			blame, c.addr, q.patience))
	}
	elsewhere := blame == ErrNotBack && now.Sub(q.since) >= elsewhereAfter*q.patience
	if (missing || elsewhere) && !now.Before(q.rest) {
		q.rest = now.Add(q.patience) // at the earliest, once this one has failed
		q.s.standBy(ctx, c)
	}
	q.compare(ctx, c, now, quiet)
}

// ping asks the server for a sign of life on the silent connection itself; an error as answer is one, too.
func (q *silence) ping(ctx context.Context) {
	q.asked++
	q.conn.ping(ctx)
}

// compare looks whether the standby brings what the silent connection does not. A server sends to both what it
// sends, and answers a PING behind all that it has sent before. So once the standby has brought a probe, the
// silent connection is asked once more: when it answers and has brought nothing, its server does not get what
// is published.
//
// Without an answer it is left after a while. TCP waits twice as long each time before it sends again what was
// lost. So what a break of three seconds has held back may take three seconds more.
func (q *silence) compare(ctx context.Context, c *connection, now time.Time, quiet time.Duration) {
	l := &q.s.link
	l.mu.Lock()
	second := l.standby
	if second == nil || l.conn != c {
		l.mu.Unlock()
		return
	}
	var why error
	switch {
	case !second.proven:
		if second.confirmed && second.conn.messages.Load() == 0 && now.Sub(second.opened) >= renewAfter*q.patience {
			l.dismiss()
		}
	case second.asked == 0:
		second.asked, second.until = q.asked+1, now.Add(max(q.patience, min(quiet, mostWait)))
		defer q.ping(ctx)
	case c.answers.Load() >= second.asked:
		why = fmt.Errorf("subscription at %s: given up: its server answers and brings nothing, a second connection brings messages: "+
			"the address leads to another server now, or that server has lost its master", c.addr)
	case !now.Before(second.until):
		why = fmt.Errorf("subscription at %s: given up: nothing for %v, and a second connection brings messages", c.addr, quiet.Round(time.Millisecond))
	}
	if why != nil {
		l.takeOver(why)
	}
	l.mu.Unlock()
	if why != nil {
		c.abandon(why)
	}
}

// forgive moves the clocks on by the time in which this process itself did not run.
func (q *silence) forgive(late time.Duration) {
	q.at, q.since, q.rest = q.at.Add(late), q.since.Add(late), q.rest.Add(late)
}
