package pubsub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// Subscriber is a subscription that waits for its confirmation, keeps order, and says when it may have
// missed something.
type Subscriber struct {
	o        Options
	redis    redis.Options // where the next connection leads; under the link's lock
	link     link
	changes  sync.Mutex // SUBSCRIBE and UNSUBSCRIBE go out in the order of the calls
	ctx      context.Context
	standbys sync.WaitGroup
	done     chan struct{} // closed when nothing more will be pushed
}

// Subscribe starts a subscription at client's server and returns at once. It does not wait for a server
// that is not there: it keeps trying and reports; the first Subscribed says that it is confirmed. An error
// is a mistake in the options.
//
// ctx ends the subscription. Of client only the options are used (address, credentials, TLS, dialer): the
// subscription has a connection of its own, with time limits of its own, so nothing need be set for it.
func Subscribe(ctx context.Context, client *redis.Client, o Options) (*Subscriber, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	s := &Subscriber{
		o:     o,
		redis: *client.Options(),
		link:  newLink(o),
		ctx:   ctx,
		done:  make(chan struct{}),
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		if o.Probe != nil {
			s.watch(ctx)
		}
	}()
	go func() {
		defer close(s.done)
		s.run(ctx)
		<-watched
		s.standbys.Wait()
	}()
	return s, nil
}

// Receive waits until there is something, then returns all that is waiting, in order. The slice is valid
// until the next call; only one goroutine may call it. Once the subscription's context has ended,
// Receive hands over the events that still wait, and then returns that context's error. The end of its own
// ctx ends this call only.
func (s *Subscriber) Receive(ctx context.Context) ([]Event, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if events := s.link.queue.takeAll(); events != nil {
			return events, nil
		}
		select {
		case <-s.link.queue.ready:
		case <-ctx.Done():
		case <-s.done:
			if events := s.link.queue.takeAll(); events != nil {
				return events, nil
			}
			return nil, s.ctx.Err()
		}
	}
}

// run is the reading goroutine: connect, read until it fails, say so, wait, again.
func (s *Subscriber) run(ctx context.Context) {
	var outage outage
	for backoff := firstBackoff; ctx.Err() == nil; backoff = min(2*backoff, lastBackoff) {
		began := time.Now()
		subscribed, err := s.subscribeOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		if subscribed {
			outage = "" // a new one
			if time.Since(began) > steady {
				backoff = firstBackoff // it was no flicker
			}
		}
		if outage.changed(err) {
			s.link.queue.push(Event{Kind: Disconnected, Err: err})
		}
		select {
		case <-time.After(backoff/2 + rand.N(backoff/2)):
		case <-s.link.moved:
			backoff = firstBackoff
		case <-ctx.Done():
		}
	}
}

// subscribeOnce lives through one connection, and through those that take over from it, and returns what ended
// the last.
func (s *Subscriber) subscribeOnce(ctx context.Context) (subscribed bool, err error) {
	c := s.begin()
	defer c.close()
	defer context.AfterFunc(ctx, func() { c.abandon(ctx.Err()) })()

	early, err := c.open(ctx, s.o)
	if err != nil {
		return false, err
	}
	s.up(c, early)
	err = s.read(c)
	for second := s.link.down(c, err); second != nil; second = s.link.down(second.conn, err) {
		err = <-second.ended // its own goroutine reads it
	}
	return true, err
}

// begin prepares a connection to where the subscription is to be now.
func (s *Subscriber) begin() *connection {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	s.link.opening = newConnection(s.redis, s.o.ConnectTimeout, s.link.names(s.o.Channels))
	return s.link.opening
}

// read hands over what a confirmed connection brings, and returns what ended it.
func (s *Subscriber) read(c *connection) error {
	for {
		e, err := c.next(s.o.Patterns)
		if err != nil {
			return lost(c.addr, c.why(err))
		}
		switch e.Kind {
		case 0: // an answer
			if e.Err != nil && refusesChannel(e.Err, s.link.waits(c)) {
				return lost(c.addr, fmt.Errorf("the server refuses a channel: %w", e.Err))
			}
			continue
		case Added, removed:
			if asked := s.link.confirm(c, e.Channel); !asked && c.sharded {
				return lost(c.addr, errSlotLeft)
			}
			continue
		}
		if left := s.link.arrived(c, e); left != nil {
			left.abandon(errLeft)
		}
	}
}

// refusesChannel reports whether an error answers what was asked for a channel, and no PING: that would never be confirmed, and nobody
// would say so. A PING has no channel, and so no slot. It can be forbidden, and Redis names the command then. A server that a script keeps busy refuses
// either: so it counts while one waits for a confirmation.
func refusesChannel(err error, waits bool) bool {
	switch word, said, _ := strings.Cut(err.Error(), " "); word {
	case "MOVED", "CLUSTERDOWN":
		return true
	case "NOPERM":
		return !strings.Contains(said, "'ping'")
	case "BUSY":
		return waits
	}
	return false
}

// lost makes a sentence of what ended a subscription.
func lost(addr string, err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("subscription at %s: the server closed the connection in the middle of a message: "+
			"did it cut us off for not keeping up? (its log: output buffer limits; %w)", addr, err)
	case dial.Diagnose(err) == dial.ConnectionEnded:
		return fmt.Errorf("subscription at %s: the server closed the connection: %w", addr, err)
	}
	return fmt.Errorf("subscription at %s: connection lost: %w", addr, err)
}

// outage remembers the reason that was reported last.
type outage string

// changed reports whether err has another reason than the one before, and remembers it.
func (o *outage) changed(err error) bool {
	reason := dial.Reason(err)
	if string(*o) == reason {
		return false
	}
	*o = outage(reason)
	return true
}
