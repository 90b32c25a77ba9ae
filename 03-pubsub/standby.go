package pubsub

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// standby is a second connection, opened beside a subscription that is silent. The silent one may have
// everything on its way still: its server is frozen, or the network holds it back. To leave it is to lose
// that. To wait for it alone is to wait for ever, when its server is gone or the address leads to another one
// by now. So both are kept, and what the standby brings is held back until one of three things happens:
//
//   - The silent one brings a message. It lives and brings all the others, too, in order: the standby is
//     dismissed with what it holds. The standby subscribed after the last message that the silent one had
//     brought, so nothing is in both, and nothing is handed over twice.
//   - The silent one ends: the standby takes over. Subscribed is told, then come the held messages.
//   - The standby brings a probe, and the silent one still brings nothing, though it was asked anew: the
//     standby takes over, too. See silence.compare.
//
// Until then both wait: behind a replica that has lost its master both are silent.
type standby struct {
	conn      *connection
	dismissed context.CancelFunc
	ended     chan error // holds why it has ended
	moving    bool       // it is no standby for a silent one, but where the subscription is to go on: see Move
	how       Handover

	// Under the link's lock.
	confirmed bool
	held      []Event
	bytes     int
	sure      int       // of held: a move can meet from here on; see unsettle
	proven    bool      // it has brought a probe
	opened    time.Time // when
	asked     uint64    // once it is proven, the silent connection has to answer that many PINGs …
	until     time.Time // … until then
}

// standBy starts a standby beside c, unless there is one, or c is no longer silent: the subscription has ended,
// or a message has come since.
func (s *Subscriber) standBy(ctx context.Context, c *connection) {
	l := &s.link
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != c || l.silent == nil || l.standby != nil {
		return
	}
	s.open(ctx, &standby{opened: time.Now()})
}

// open opens a second connection on a goroutine of its own, which reads it. The link is locked.
func (s *Subscriber) open(ctx context.Context, second *standby) {
	l := &s.link
	ctx, cancel := context.WithCancel(ctx)
	second.conn, second.dismissed, second.ended = newConnection(s.redis, s.o.ConnectTimeout, l.names(s.o.Channels)), cancel, make(chan error, 1)
	l.standby = second
	s.standbys.Go(func() {
		defer cancel()
		defer second.conn.close()
		defer context.AfterFunc(ctx, func() { second.conn.abandon(ctx.Err()) })()
		early, err := second.conn.open(ctx, s.o)
		if err == nil && s.stand(second, early) {
			err = s.read(second.conn)
		}
		s.tryAgain(ctx, second)
		l.leave(second)
		second.ended <- err
	})
}

// stand notes that a standby is confirmed. It reports whether it is still wanted, and which channels it is to be asked for.
func (l *link) stand(second *standby, early []Event) (missing []string, wanted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.standby != second {
		return nil, false
	}
	second.confirmed = true
	missing = l.missing(second.conn)
	early = l.checked(early)
	for i, e := range early {
		if left := l.hold(e); left != nil {
			for _, e := range early[i+1:] {
				l.deliver(e)
			}
			left.abandon(errLeft)
			return missing, true
		}
	}
	l.askForProbe()
	return missing, true
}

// hold keeps back what the standby has brought. l is locked.
//
// What is held is bounded as the queue is. Past the bound a proven standby takes over at once, and else what is
// held is given up: that is as if the standby had subscribed now.
func (l *link) hold(e Event) (left *connection) {
	second := l.standby
	if l.met(e) {
		return l.goOn(nil, l.after)
	}
	// While no probe can be published, none can come back: then any message is proof.
	second.proven = second.proven || e.Probe || errors.Is(l.silent, ErrNotPublished) || l.isProbe == nil
	second.held = append(second.held, e)
	second.bytes += size(e)
	switch {
	case second.moving && second.how == AtOnce && second.proven:
		left = l.conn
		l.takeOver(leaveFor(left.addr, second.conn.addr))
	case second.bytes <= l.queue.limit:
	case second.proven:
		left = l.conn
		l.takeOver(fmt.Errorf("subscription at %s: given up: a second connection has brought more than %d bytes meanwhile", left.addr, l.queue.limit))
	default:
		second.held, second.bytes, second.sure = nil, 0, 0
	}
	return left
}

// takeOver makes the standby the subscription, for the reason why. l is locked.
func (l *link) takeOver(why error) {
	second := l.standby
	l.standby, l.took = nil, second
	l.queue.push(Event{Kind: Disconnected, Err: why})
	l.begin(second.conn, second.held)
	second.held = nil
}

// dismiss ends the standby, if there is one. It is its goroutine that closes it. l is locked.
func (l *link) dismiss() {
	if l.standby != nil {
		l.standby.dismissed()
		l.standby = nil
	}
}

// leave notes that a standby has ended. One that has taken over is the subscription, whose end is noted by down.
func (l *link) leave(second *standby) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.standby == second {
		l.standby = nil
	}
}
