package scaleout

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/labs/scale-out/lane"
)

// setReceiver hands over what comes by one set. It holds back what comes of a lane before that has left its old set, and stops at each place
// where a lane begins, or the set says that one leaves. When it goes on there, all before that place has been delivered, as the relay asks for
// more only then.
type setReceiver struct {
	*pubsub.Subscriber // from Subscribe on
	c                  *setCarrier
	ctx                context.Context

	holding [lane.Count]atomic.Bool

	mu    sync.Mutex
	posts []func()           // for the delivering goroutine
	wake  context.CancelFunc // has it look at them

	// Of the delivering goroutine.
	rest   []pubsub.Event
	held   map[lane.Lane][]pubsub.Event
	begins map[lane.Lane]map[string]uint64 // by publisher: where a lane goes on that is not heard yet
}

func newSetReceiver(c *setCarrier) *setReceiver {
	return &setReceiver{c: c, wake: func() {}, held: map[lane.Lane][]pubsub.Event{}, begins: map[lane.Lane]map[string]uint64{}}
}

// post has something done on the delivering goroutine, between what was handed over and what comes next.
func (r *setReceiver) post(what func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.posts = append(r.posts, what)
	r.wake()
}

// Receive is pubsub.Subscriber's.
func (r *setReceiver) Receive(ctx context.Context) ([]pubsub.Event, error) {
	for {
		r.mu.Lock()
		posts := r.posts
		r.posts = nil
		r.mu.Unlock()
		for _, do := range posts {
			do()
		}
		if events := r.next(); len(events) > 0 {
			return events, nil
		}
		if err := r.await(ctx); err != nil {
			return nil, err
		}
	}
}

// await waits for more, or for something that was posted.
func (r *setReceiver) await(ctx context.Context) error {
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	r.mu.Lock()
	r.wake = cancel
	posted := len(r.posts) > 0
	r.mu.Unlock()
	if posted {
		return nil
	}
	events, err := r.Subscriber.Receive(waiting)
	r.rest = events // of the one before nothing is left
	if err != nil && ctx.Err() == nil && errors.Is(err, context.Canceled) && r.ctx.Err() == nil {
		return nil // something was posted
	}
	return err
}

// next takes what can be handed over now out of the rest.
func (r *setReceiver) next() (events []pubsub.Event) {
	n := 0
	for n < len(r.rest) {
		e := &r.rest[n]
		if e.Kind == pubsub.Subscribed || e.Kind == pubsub.Moved {
			r.c.x.sets.adds.Go(r.read)
		}
		if !r.stops(e) {
			n++
			continue
		}
		if n > 0 {
			break // what is before it is delivered first
		}
		taken := *e
		r.rest = r.rest[1:]
		r.takeIn(&taken)
	}
	events, r.rest = r.rest[:n], r.rest[n:]
	return events
}

// stops reports whether an event is not to be handed over.
func (r *setReceiver) stops(e *pubsub.Event) bool {
	switch {
	case e.Kind == pubsub.Added:
		return true
	case e.Kind != pubsub.Message:
		return false
	case e.Channel == r.c.moves:
		return true
	}
	l, err := r.c.lane(e.Channel)
	return err == nil && l < lane.Everybody && r.holding[l].Load()
}

func (r *setReceiver) takeIn(e *pubsub.Event) {
	if e.Channel == r.c.moves {
		if e.Kind == pubsub.Message {
			r.apply(e.Payload)
		}
		return
	}
	l, err := r.c.lane(e.Channel)
	switch {
	case err != nil || l == lane.Everybody:
	case e.Kind == pubsub.Message:
		r.held[l] = append(r.held[l], *e)
	case !r.holding[l].Load():
		r.begin(l)
	}
}

// begin begins to hear a lane at this place, unless it is heard.
func (r *setReceiver) begin(l lane.Lane) {
	if _, heard := r.c.joins.heard(l); heard {
		return
	}
	r.c.joins.hear(l)
	if _, heard := r.c.joins.heard(l); heard {
		for pub, last := range r.begins[l] {
			r.c.begins[r.c.seriesOf(pub, l)] = last
		}
		delete(r.begins, l)
	}
}

// release hands over what was held of a lane, and goes on there. ends is the last number of each publisher that has come by the old set.
func (r *setReceiver) release(l lane.Lane, ends map[string]uint64) {
	r.holding[l].Store(false)
	if r.begins[l] = ends; !r.c.joins.wanted(l) {
		delete(r.begins, l) // nobody is there: what is said until somebody comes is not missed
	}
	r.begin(l)
	r.rest = append(r.held[l], r.rest...)
	delete(r.held, l)
}

// forget is for a lane that does not come here after all.
func (r *setReceiver) forget(l lane.Lane) {
	r.holding[l].Store(false)
	delete(r.held, l)
}

func (r *setReceiver) apply(text string) {
	s := r.c.x.sets
	state, err := s.m.ParseState(text)
	if err != nil {
		s.log.Error("what a set says of lanes that move cannot be read", "set", r.c.x.name, "channel", r.c.moves, "why", err)
		return
	}
	s.hearing.apply(r.c.x.index, state)
}

// read asks the set's own server what has moved, behind each new subscription: it may have been said while there was none.
func (r *setReceiver) read() {
	const pause = 250 * time.Millisecond
	c := r.c.client()
	defer c.Close()
	for {
		text, err := c.Get(r.ctx, r.c.moves).Result()
		if err == nil || errors.Is(err, redis.Nil) {
			r.post(func() { r.apply(text) })
			return
		}
		select {
		case <-r.ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}
