package streams

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/pack"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/no-message-lost/entry"
)

// carrier carries messages by XADD and XREAD. It implements relay.Carrier.
type carrier struct {
	o         settings
	probeNow  chan struct{} // holds a token when a probe is wanted at once
	delivered *progress
	keys      *keys
	aging     aging
	begin     func(place)   // is told where the node begins
	seats     func() uint64 // how many clients the node has let in

	// Arguments that are the same in each command: as any they are made once.
	xadd, stream, nodes, maxLen, about, length, nodesLength any
	id, uid, nsp, root, kind, broadcast, data               any
	channel, payload, key, again                            any
}

// settings are what the carrier needs of the options.
type settings struct {
	stream string        // the key of the messages' stream
	nodes  string        // the key of the stream of what nodes tell each other
	length int64         // entries that the first one keeps, about
	age    time.Duration // and for how long; below zero: for ever
}

// nodesLength is how many entries of the nodes' own are kept: nobody reads old ones.
const nodesLength = 1000

const fieldChannel, fieldPayload = "channel", "payload"

func newCarrier(o settings, begin func(place), seats func() uint64) *carrier {
	return &carrier{
		o: o, probeNow: make(chan struct{}, 1), delivered: newProgress(), keys: newKeys(mostKeys), begin: begin, seats: seats,
		xadd: "xadd", stream: o.stream, nodes: o.nodes, maxLen: "maxlen", about: "~",
		length: strconv.FormatInt(o.length, 10), nodesLength: strconv.Itoa(nodesLength), id: "*",
		uid: entry.UID, nsp: entry.Namespace, root: entry.Root, kind: entry.Type, broadcast: entry.Broadcast, data: entry.Data,
		channel: fieldChannel, payload: fieldPayload, key: entry.Key, again: entry.Again,
	}
}

// Tidy implements relay.Tidier.
func (c *carrier) Tidy(ctx context.Context) redis.Cmder {
	return c.aging.trim(ctx, c.o.stream, c.o.age)
}

// Subscribe begins to read.
func (c *carrier) Subscribe(ctx context.Context, client *redis.Client, o pubsub.Options) (relay.Receiver, error) {
	r := &reader{c: c, redis: *client.Options(), o: o, inbox: newInbox(), done: make(chan struct{})}
	r.watch = watch{r: r, interval: o.ProbeInterval}
	go r.run(ctx)
	return r, nil
}

// Argument is the data as it is: the entry is JSON, too.
func (c *carrier) Argument(data json.RawMessage) (pack.Value, error) { return pack.Value(data), nil }

// Append appends an entry's data.
func (c *carrier) Append(dst []byte, e *wire.Envelope) ([]byte, error) {
	return entry.AppendData(dst, e)
}

// Together is true: else the first entry of a burst would end the wait of every reader, who would get it
// alone. All of a transaction comes in one reply.
func (c *carrier) Together() bool { return true }

// Proven notes how far the node has delivered.
func (c *carrier) Proven(then time.Time) { c.delivered.prove(then) }

// Message is XADD to the stream of messages.
func (c *carrier) Message(ctx context.Context, args []any, e *wire.Envelope, _, payload any) redis.Cmder {
	args = append(args, c.xadd, c.stream, c.maxLen, c.about, c.length, c.id,
		c.uid, e.UID, c.nsp, c.root, c.kind, c.broadcast, c.data, payload)
	switch {
	case e.Again:
		args = append(args, c.again, e.Key)
	case e.Key != "":
		args = append(args, c.key, e.Key)
	}
	return redis.NewStringCmd(ctx, args...)
}

// Own is XADD to the other stream: what nodes tell each other is not to be kept for clients.
func (c *carrier) Own(ctx context.Context, args []any, channel, payload any) redis.Cmder {
	return redis.NewStringCmd(ctx, append(args, c.xadd, c.nodes, c.maxLen, c.about, c.nodesLength, c.id,
		c.channel, channel, c.payload, payload)...)
}

// event makes an event of an entry: Channel is its place, Payload its data, and Pattern says
// what it is when it is not for clients.
func event(m *redis.XMessage, at place) pubsub.Event {
	e := pubsub.Event{Kind: pubsub.Message, Channel: at.String(), Payload: text(m, entry.Data)}
	if kind, nsp := text(m, entry.Type), text(m, entry.Namespace); kind != entry.Broadcast || nsp != entry.Root {
		e.Pattern = fmt.Sprintf("type %.64q in the namespace %.64q", kind, nsp)
	}
	return e
}

// The Pattern of an event whose entry repeats one before, and of one that repeats what a master has taken with it, with what chat.Lost says.
const (
	repeated = "repeated"
	lostForm = "lost %d %d"
)

func lostPattern(l chat.Lost) string { return fmt.Sprintf(lostForm, l.Seats, l.Nth) }

// text is a field of an entry, "" when it has none of that name.
func text(m *redis.XMessage, field string) string {
	s, _ := m.Values[field].(string)
	return s
}

// Envelope reads an entry.
func (c *carrier) Envelope(e *pubsub.Event) (wire.Envelope, error) {
	var l wire.Lost
	repeat := e.Pattern == repeated
	if e.Pattern == "" || repeat {
		// as most are
	} else if _, err := fmt.Sscanf(e.Pattern, lostForm, &l.Seats, &l.Nth); err != nil {
		return wire.Envelope{}, fmt.Errorf("an entry of %s: only type %s in %s is delivered", e.Pattern, entry.Broadcast, entry.Root)
	}
	envelope, err := entry.Decode(e.Payload)
	envelope.Place, envelope.Repeat, envelope.Lost = e.Channel, repeat, l
	return envelope, err
}

// Number reads an entry's publisher and number.
func (c *carrier) Number(e *pubsub.Event) (pub string, seq uint64, err error) {
	envelope, err := c.Envelope(e)
	return envelope.Pub, envelope.Seq, err
}
