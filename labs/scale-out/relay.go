package scaleout

import (
	"cmp"
	"context"

	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/scale-out/lane"
)

// Relay is chapter 05's relay on lanes. It is a chat.Chooser, too.
type Relay struct {
	*relay.Relay
	carrier *carrier
}

var (
	_ chat.Chooser   = (*Relay)(nil)
	_ relay.Numberer = (*carrier)(nil)
)

// New makes a relay. Nothing is connected before Run.
func New(o relay.Options) *Relay {
	c := newCarrier(o.Prefix + wire.OwnPrefix(cmp.Or(o.Key, wire.DefaultKey)))
	o.Carrier = c
	return &Relay{Relay: relay.New(o), carrier: c}
}

// Enter waits until the lane of a room is heard here.
func (r *Relay) Enter(ctx context.Context, room string) error {
	return r.carrier.joins.enter(ctx, lane.Of(room))
}

// Leave is called for each Enter.
func (r *Relay) Leave(room string) { r.carrier.joins.leave(lane.Of(room)) }

// Brought is how many messages for clients have come to this node so far.
func (r *Relay) Brought() int64 { return r.carrier.brought.Load() }
