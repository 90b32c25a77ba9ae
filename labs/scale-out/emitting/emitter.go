package emitting

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/05-distributed-relay/wire"
	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// Options say which system. Map and Client are needed.
type Options struct {
	Map     *lanemap.Map
	Client  func(addr string) *redis.Client // a client of a server; of it only the options are used
	Own     string                          // what stands before the names of the nodes' own channels; default nothing
	Timeout time.Duration                   // of one Emit, if its context does not end earlier; default 2s
}

// Emitter emits events, as chapter 06's does: To, Except and WaitFor return a changed copy. All copies share a connection to each set, and may
// be used from any goroutine.
type Emitter struct {
	*sets
	message *emitter.Emitter // it makes envelopes, and has no connection
	want    int
}

// sets is what the copies share.
type sets struct {
	o     Options
	lines []*line // as in the map
	pub   string  // identity of this emitter, random
	lanes [lane.Count + 1]road
}

// road is a lane, as this emitter knows it.
type road struct {
	turn mutex
	at   lanemap.Place
	last uint64 // number on the lane
}

// New returns an Emitter. Nothing is connected before the first event.
func New(o Options) *Emitter {
	o.Timeout = cmp.Or(o.Timeout, 2*time.Second)
	s := &sets{o: o, pub: rand.Text()[:16]}
	for l := range s.lanes {
		s.lanes[l] = road{turn: newMutex(), at: o.Map.Of(lane.Lane(l))}
	}
	for i := range o.Map.Sets {
		s.lines = append(s.lines, newLine(s, &o.Map.Sets[i]))
	}
	return &Emitter{sets: s, message: &emitter.Emitter{}}
}

// To adds rooms; without any, everybody gets the event. See chapter 06.
func (e *Emitter) To(rooms ...string) *Emitter {
	c := *e
	c.message = e.message.To(rooms...)
	return &c
}

// Except adds rooms whose members do not get the event.
func (e *Emitter) Except(rooms ...string) *Emitter {
	c := *e
	c.message = e.message.Except(rooms...)
	return &c
}

// WaitFor makes Emit return emitter.ErrTooFewReplicas when fewer than n replicas of the event's set take it in time.
func (e *Emitter) WaitFor(n int) *Emitter {
	c := *e
	c.want = n
	return &c
}

// Emit publishes one event at the set of its lane. Its errors are those of chapter 06's: after ErrTooFewReplicas and ErrNoReceipt the event has been
// published, after ErrUnconfirmed it may have been, after any other it has not.
func (e *Emitter) Emit(ctx context.Context, event string, args ...any) (Receipt, error) {
	envelope, err := e.message.Envelope(event, args...)
	if err != nil {
		return Receipt{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, e.o.Timeout)
	defer cancel()
	l := lane.For(envelope.Rooms)
	r := &e.lanes[l]
	if err := r.turn.lock(ctx); err != nil {
		return Receipt{Lane: l}, fmt.Errorf("emit on lane %d: still waiting for earlier events: %w", l, err)
	}
	defer r.turn.unlock()
	for {
		x := e.lines[r.at.Set]
		receipt, err := x.emit(ctx, e.want, l, &envelope)
		if moved, ok := errors.AsType[*movedError](err); ok {
			r.at = moved.to
			continue
		}
		if err != nil {
			err = fmt.Errorf("emit on lane %d, which is at %s: %w", l, x.set.Name, err)
		}
		return Receipt{Set: x.set.Name, Lane: l, Receipt: receipt}, err
	}
}

// Close ends the connections that all copies share.
func (e *Emitter) Close() error {
	var errs []error
	for _, x := range e.lines {
		errs = append(errs, x.close())
	}
	return errors.Join(errs...)
}

// payload is an event with the next number on its lane: as a varint before the envelope, as nodes do (carrier.go).
func (s *sets) payload(l lane.Lane, e *wire.Envelope) ([]byte, error) {
	e.Pub, e.Seq = s.pub, s.lanes[l].last+1
	payload, err := e.Append(binary.AppendUvarint(nil, e.Seq))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", emitter.ErrArgument, err)
	}
	return payload, nil
}

// mutex is one that a context can give up waiting for.
type mutex chan struct{}

func newMutex() mutex { return make(mutex, 1) }

func (m mutex) lock(ctx context.Context) error {
	select {
	case m <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m mutex) unlock() { <-m }
