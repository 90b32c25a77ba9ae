package scaleout

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"unsafe"

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

	reading

	// Of the delivering goroutine.
	rest   []pubsub.Event
	held   map[lane.Lane]*held
	bytes  int                             // of all that is held
	limit  int                             // of bytes
	begins map[lane.Lane]map[string]uint64 // by publisher: where a lane goes on that is not heard yet
}

// held is what has come of a lane that is not heard here yet.
type held struct {
	events []pubsub.Event
	bytes  int
}

// mostHeld is as much as may wait in a subscription's queue, when its options do not say.
const mostHeld = 32 << 20

func newSetReceiver(c *setCarrier) *setReceiver {
	return &setReceiver{
		c: c, wake: func() {}, limit: mostHeld, reading: newReading(),
		held: map[lane.Lane]*held{}, begins: map[lane.Lane]map[string]uint64{},
	}
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
		switch e.Kind {
		case pubsub.Subscribed, pubsub.Moved, pubsub.Alive:
			r.reading.soon()
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
	if e.Channel == r.c.place() {
		r.apply(r.reading.take())
		return
	}
	l, err := r.c.lane(e.Channel)
	switch {
	case err != nil || l == lane.Everybody:
	case e.Kind == pubsub.Message:
		r.hold(l, e)
	case !r.holding[l].Load():
		r.begin(l)
	}
}

// hold keeps a message until its lane is heard here. How long that takes, the old set's server decides: when it does not come back, memory would
// be full. What is dropped is missed: release goes on where the lane ended at its old set, and so it is counted.
func (r *setReceiver) hold(l lane.Lane, e *pubsub.Event) {
	h := r.held[l]
	if h == nil {
		h = &held{}
		r.held[l] = h
	}
	size := int(unsafe.Sizeof(*e)) + len(e.Channel) + len(e.Payload)
	h.events, h.bytes, r.bytes = append(h.events, *e), h.bytes+size, r.bytes+size
	if r.bytes > r.limit {
		r.c.x.sets.log.Error("dropped what was held back of a lane that has not left its old set here: is this node's replica there up?",
			"set", r.c.x.name, "lane", l, "messages", len(h.events), "bytes", h.bytes)
		r.takeHeld(l)
	}
}

// takeHeld returns what is held of a lane, and holds it no longer.
func (r *setReceiver) takeHeld(l lane.Lane) []pubsub.Event {
	h := r.held[l]
	if h == nil {
		return nil
	}
	delete(r.held, l)
	r.bytes -= h.bytes
	return h.events
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
	r.rest = append(r.takeHeld(l), r.rest...)
}

// forget is for a lane that does not come here after all.
func (r *setReceiver) forget(l lane.Lane) {
	r.holding[l].Store(false)
	r.takeHeld(l)
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
