package pubsub

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// Handover says at which place among the messages a subscription goes on at another server.
type Handover int

const (
	// AtProbe is for a server that gets the same messages in the same order, another replica of one master: both
	// connections are kept until both have brought the same probe. What stands behind it is handed over from the new
	// one. Nothing is missed, nothing is handed over twice, and only Moved is told.
	AtProbe Handover = iota
	// AtOnce is for a server whose messages the one so far does not get any more, as behind a new master: the new
	// connection is the subscription as soon as it has brought a probe. Disconnected and Subscribed are told, and what
	// neither has brought is missed.
	AtOnce
)

// Move goes on at the server of another client, of which only the options are used, as for Subscribe. It returns at
// once. The subscription so far is kept until a second one at that server has brought a probe; see Handover. Without
// probes the first message will do. What cannot be reached is tried again and again, also when the old connection has ended
// meanwhile. A later Move replaces an earlier one.
func (s *Subscriber) Move(client *redis.Client, how Handover) {
	l := &s.link
	l.mu.Lock()
	defer l.mu.Unlock()
	s.redis = *client.Options()
	if l.isProbe == nil {
		how = AtOnce
	}
	l.dismiss()
	l.mark = ""
	switch {
	case s.ctx.Err() != nil:
	case l.conn == nil: // it connects at the moment, or waits for the next try
		if l.opening != nil {
			l.opening.abandon(errElsewhere)
		}
		select {
		case l.moved <- struct{}{}:
		default:
		}
	case l.conn.addr == s.redis.Addr: // back before the other one was there
	default:
		s.open(s.ctx, &standby{moving: true, how: how, opened: time.Now()})
	}
}

// tryAgain opens a connection for a move anew after a pause, if it is still wanted.
func (s *Subscriber) tryAgain(ctx context.Context, failed *standby) {
	if !s.link.leads(failed) {
		return // it is the subscription by now, and it is that which has ended
	}
	select {
	case <-time.After(lastBackoff):
	case <-ctx.Done():
		return
	}
	l := &s.link
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.standby == failed {
		s.open(s.ctx, &standby{moving: true, how: failed.how, opened: time.Now()})
	}
}

// leads reports whether a move leads to that connection.
func (l *link) leads(second *standby) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return second.moving && l.standby == second
}

// moves reports whether the subscription is on its way elsewhere, or has just come there. l is locked.
func (l *link) moves() bool { return l.skip > 0 || l.standby != nil && l.standby.moving }

// meet takes what the subscription has brought during a move. It looks whether that is the probe that the new connection has brought
// before it: then the rest comes from there. l is locked.
func (l *link) meet(e Event) (left *connection) {
	if l.skip > 0 {
		if slices.Contains(l.keep, e.Channel) {
			l.deliver(e)
		} else {
			l.skip--
		}
		return nil
	}
	l.deliver(e)
	second := l.standby
	if second.how != AtProbe || len(l.conn.unconfirmed)+len(second.conn.unconfirmed) > 0 {
		return nil
	}
	for i := second.sure; i < len(second.held); i++ {
		if held := &second.held[i]; held.Probe && held.Channel == e.Channel && held.Payload == e.Payload {
			return l.goOn(second.held[i+1:], 0)
		}
	}
	if l.after++; e.Probe {
		l.mark, l.after = e.Channel+" "+e.Payload, 0
	}
	return nil
}

// met reports whether what the new connection of a move has brought is the probe that the subscription has brought
// last. What it held before that, the subscription has brought, and what the subscription has brought since, it is going
// to bring again. l is locked.
func (l *link) met(e Event) bool {
	return l.standby.moving && l.mark != "" && l.mark == e.Channel+" "+e.Payload
}

// goOn makes the new connection of a move the subscription, beginning with held. The first messages that it brings from
// now on are left out, as many as skip. l is locked.
func (l *link) goOn(held []Event, skip int) (left *connection) {
	second := l.standby
	left = l.conn
	l.standby, l.took, l.mark, l.skip, l.keep = nil, second, "", skip, nil
	l.conn, l.since = second.conn, time.Now()
	l.queue.push(Event{Kind: Moved})
	l.tellAdded()
	for _, e := range held {
		l.deliver(e)
	}
	second.held = nil
	return left
}

// leaveFor is what ends a subscription that goes on elsewhere at once.
func leaveFor(left, addr string) error {
	return fmt.Errorf("subscription at %s: left for %s, which brings messages", left, addr)
}
