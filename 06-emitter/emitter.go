package emitter

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/05-distributed-relay/wire"
)

// Emitter emits events. To, Except and WaitFor return a changed copy and leave the
// Emitter as it is, so it can be kept and shared:
//
//	e := emitter.New(client, emitter.Options{})
//	e.Emit(ctx, "message", "Hello!")           // to everybody
//	e.To("lobby").Except("bots").Emit(ctx, …)  // to a room, without those in another
//
// All copies share one connection and may be used from any goroutine.
type Emitter struct {
	line   *line
	rooms  []string
	except []string
	want   int
}

// New returns an Emitter that publishes at client's server, which has to be the
// master: a replica would take the message and pass it on to nobody.
//
// Of client only the options are used. The connection is the Emitter's own, for two
// reasons: WAIT asks only about commands that were sent on the same connection, and
// go-redis repeats a command whose answer was lost, which would send a message twice.
func New(client *redis.Client, o Options) *Emitter {
	return &Emitter{line: newLine(client.Options(), o.withDefaults())}
}

// To adds rooms. Without any, everybody gets the event; a client that is in several of
// them gets it once. The id of a connection is the room of that connection alone.
func (e *Emitter) To(rooms ...string) *Emitter {
	c := *e
	c.rooms = union(e.rooms, rooms)
	return &c
}

// Except adds rooms whose members do not get the event.
func (e *Emitter) Except(rooms ...string) *Emitter {
	c := *e
	c.except = union(e.except, rooms)
	return &c
}

// WaitFor makes Emit return ErrTooFewReplicas when fewer than n replicas take the event
// in time. It counts replicas, not nodes and not clients.
func (e *Emitter) WaitFor(n int) *Emitter {
	c := *e
	c.want = n
	return &c
}

// Emit publishes one event and returns how many replicas have it. An argument of
// type []byte travels as bytes, json.RawMessage as the JSON that it is, anything
// else as encoding/json writes it.
//
// Nothing is sent twice. After ErrTooFewReplicas and ErrNoReceipt the event has
// been published, after ErrUnconfirmed it may have been; after any other error
// it has not. After ErrReplica it has not either, or, when the server was made a replica
// just then, most likely only for those who listen at that very server.
func (e *Emitter) Emit(ctx context.Context, event string, args ...any) (Receipt, error) {
	if err := wire.CheckKey(e.line.o.Key); err != nil {
		return Receipt{}, fmt.Errorf("%w: %q: %w", ErrKey, e.line.o.Key, err)
	}
	envelope, err := e.Envelope(event, args...)
	if err != nil {
		return Receipt{}, err
	}
	return e.line.emit(ctx, e.want, envelope)
}

// Envelope is the event as Emit publishes it, without a number, for whoever takes it another way: labs/scale-out does, on lanes. The
// zero Emitter can do that, and To and Except.
func (e *Emitter) Envelope(event string, args ...any) (wire.Envelope, error) {
	if err := check(event, e.rooms, e.except); err != nil {
		return wire.Envelope{}, err
	}
	list, err := arguments(args)
	return wire.Envelope{
		UID:    wire.EmitterUID,
		Event:  event,
		Args:   list,
		Rooms:  e.rooms,
		Except: e.except,
	}, err
}

// Move has all copies publish at the server of another client from the next event on: the master is another one now. Only
// client's options are used. The events' numbers go on, so that a node can count what got lost between the two; an Emitter that is
// made anew begins with new numbers. The error is ErrClosed.
func (e *Emitter) Move(client *redis.Client) error { return e.line.move(client.Options()) }

// Close ends the connection that all copies share. The client that New got is
// not touched.
func (e *Emitter) Close() error { return e.line.close() }

// union is a new list: an append could write into an array that another copy reads.
func union(list, more []string) []string {
	list = slices.Clone(list)
	for _, s := range more {
		if !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
