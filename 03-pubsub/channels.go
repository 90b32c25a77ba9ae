package pubsub

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// added is a channel that was added to a subscription.
type added struct {
	confirmed bool
	done      chan struct{} // closed when it is
}

// Add subscribes to one more channel, and waits until the server has confirmed it: whatever is published there from then on
// arrives, or is reported, as on the channels that the subscription began with. Added is told at the place where it begins. While
// the subscription is away, Add waits for the next one. When ctx ends first it returns an error, and the channel stays
// asked for until Remove.
//
// Subscribed speaks for all channels that had been asked for when that connection was opened. One that is added while it
// opens is confirmed a moment later.
func (s *Subscriber) Add(ctx context.Context, channel string) error {
	if slices.Contains(s.o.Channels, channel) {
		return nil
	}
	select {
	case <-s.add(channel).done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("subscribe to %q: not confirmed: %w", channel, ctx.Err())
	case <-s.done:
		return s.ctx.Err()
	}
}

func (s *Subscriber) add(channel string) *added {
	s.changes.Lock()
	defer s.changes.Unlock()
	a, asked := s.link.add(channel)
	for _, c := range asked {
		c.subscribe(s.ctx, channel)
	}
	return a
}

// Remove ends what Add began, and returns at once: some messages may still come. It does so later when the subscription is on its way
// to another connection: there, the two are compared message by message.
func (s *Subscriber) Remove(channel string) {
	s.changes.Lock()
	defer s.changes.Unlock()
	if c := s.link.remove(channel); c != nil {
		c.unsubscribe(s.ctx, channel)
	}
}

// up makes c the subscription, and asks for what was added while it was opened.
func (s *Subscriber) up(c *connection, early []Event) {
	s.changes.Lock()
	defer s.changes.Unlock()
	c.subscribe(s.ctx, s.link.up(c, early)...)
}

// stand does the same for a standby. It reports whether that is still wanted.
func (s *Subscriber) stand(second *standby, early []Event) bool {
	s.changes.Lock()
	defer s.changes.Unlock()
	missing, wanted := s.link.stand(second, early)
	second.conn.subscribe(s.ctx, missing...)
	return wanted
}

// names are the channels that a connection has to subscribe to that is opened now: beside another one, also those
// that were removed and that this one has still, as two connections that are compared have to bring the same. l is locked.
func (l *link) names(always []string) []string {
	names := slices.Clone(always)
	if l.conn != nil {
		names = slices.Clone(l.conn.channels)
	}
	for _, channel := range slices.Sorted(maps.Keys(l.added)) {
		if !slices.Contains(names, channel) {
			names = append(names, channel)
		}
	}
	return names
}

// missing notes as asked for what c has to have, and was not opened with. l is locked.
func (l *link) missing(c *connection) (names []string) {
	for _, channel := range l.names(nil) {
		if !slices.Contains(c.channels, channel) {
			names = append(names, channel)
			l.ask(c, channel)
		}
	}
	return names
}

func (l *link) ask(c *connection, channel string) {
	if !slices.Contains(c.channels, channel) {
		c.channels = append(c.channels, channel)
		if c == l.conn && l.skip > 0 {
			l.keep = append(l.keep, channel)
		}
	}
	l.expect(c, channel)
}

// expect notes that c's server is going to confirm a command. l is locked.
func (l *link) expect(c *connection, channel string) {
	if c.unconfirmed == nil {
		c.unconfirmed = map[string]int{}
	}
	c.unconfirmed[channel]++
	l.unsettle()
}

// unsettle notes that the two connections of a move have to meet behind this place: before it, one of them may
// subscribe to something that the other does not. l is locked.
func (l *link) unsettle() {
	l.mark = ""
	if l.standby != nil {
		l.standby.sure = len(l.standby.held)
	}
}

// add notes that a channel is wanted, and returns the connections that are to be asked for it.
func (l *link) add(channel string) (a *added, ask []*connection) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a = l.added[channel]; a != nil {
		return a, nil
	}
	a = &added{done: make(chan struct{})}
	l.added[channel] = a
	if l.conn != nil {
		ask = append(ask, l.conn)
	}
	if l.standby != nil && l.standby.confirmed {
		ask = append(ask, l.standby.conn)
	}
	for _, c := range ask {
		l.ask(c, channel)
	}
	return a, ask
}

// remove returns the connection that is to be told, if there is one that may be told now.
func (l *link) remove(channel string) *connection {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.added, channel)
	if l.conn == nil || l.standby != nil || l.skip > 0 {
		return nil
	}
	l.expect(l.conn, channel)
	l.conn.channels = slices.DeleteFunc(l.conn.channels, func(name string) bool { return name == channel })
	return l.conn
}

// confirm notes that c's server has confirmed a channel that was added, or removed. It is false when nobody has asked for it.
func (l *link) confirm(c *connection, channel string) (asked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if asked = c.unconfirmed[channel] > 0; asked {
		c.unconfirmed[channel]--
	}
	if c.unconfirmed[channel] == 0 {
		delete(c.unconfirmed, channel)
	}
	l.unsettle()
	if c == l.conn {
		l.tellAdded()
	}
	return asked
}

// waits reports whether c's server has not confirmed all that it was asked for.
func (l *link) waits(c *connection) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(c.unconfirmed) > 0
}

// tellAdded tells of the channels that the subscription has now, and did not have before. l is locked.
func (l *link) tellAdded() {
	for _, channel := range slices.Sorted(maps.Keys(l.added)) {
		if a := l.added[channel]; !a.confirmed && l.conn.unconfirmed[channel] == 0 {
			a.confirmed = true
			l.queue.push(Event{Kind: Added, Channel: channel})
			close(a.done)
		}
	}
}
