package streams

import (
	"cmp"
	"context"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// Options say how much is kept. The zero value works.
type Options struct {
	// Length is how many messages the stream keeps, and some more; default 100000, which are 30 MB when each
	// says 100 bytes. A node that is not as fast as what is added loses what is trimmed before it has read it: so this is a time, too.
	Length int64
	// Age is for how long the stream keeps a message, by the master's clock, and some a little longer; default an hour, below zero
	// for ever.
	Age time.Duration
}

// Relay is chapter 05's relay on a stream. It implements chat.Keeper, too.
type Relay struct {
	*relay.Relay
	carrier *carrier
	hub     *chat.Hub
}

var _ chat.Keeper = (*Relay)(nil)

// New makes a relay. Nothing is connected before Run.
func New(o relay.Options, s Options) *Relay {
	r := &Relay{}
	key := cmp.Or(o.Key, wire.DefaultKey)
	r.carrier = newCarrier(settings{
		stream: o.Prefix + key, nodes: o.Prefix + wire.OwnPrefix(key) + "chat:nodes",
		length: cmp.Or(s.Length, 100_000), age: cmp.Or(s.Age, time.Hour),
	}, r.begin, func() uint64 { return r.hub.Seats() })
	o.Carrier = r.carrier
	r.Relay = relay.New(o)
	r.Relay.Register(counted{r.carrier})
	return r
}

// Run joins the hub to the cluster until ctx ends: see relay.Relay.
func (r *Relay) Run(ctx context.Context, hub *chat.Hub) error {
	r.hub = hub
	defer r.carrier.delivered.close()
	return r.Relay.Run(ctx, hub)
}

// Once implements chat.Keeper.
func (r *Relay) Once() time.Duration { return once }

// begin is told by the reading goroutine where the node begins.
func (r *Relay) begin(at place) {
	r.carrier.delivered.begin(at)
	r.hub.Begin(at.String())
}
