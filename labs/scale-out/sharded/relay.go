package sharded

import (
	"context"
	"fmt"

	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
	scaleout "example.com/redis-chat/labs/scale-out"
	"example.com/redis-chat/labs/scale-out/lane"
)

// Relay is a relay over the shards of a Redis Cluster: it has one of chapter 05's for each. It is a chat.Chooser.
type Relay struct {
	scaleout.Several
	shards *Shards
	parts  []*part
}

var _ chat.Chooser = (*Relay)(nil)

// part is one shard, as this node sees it.
type part struct {
	relay   *relay.Relay
	carrier *carrier
}

// New makes a relay, at the nth replica of each shard: 0, at the masters. The options are for each of them, but for the addresses. Nothing is
// connected before Run. Each shard has to have that replica: see Shards.Check.
func New(s *Shards, nth int, o relay.Options) *Relay {
	r := &Relay{shards: s}
	log := o.Log
	for i, set := range s.Sets {
		addr, err := set.At(nth)
		if err != nil {
			panic("sharded: " + err.Error()) // Check says so before
		}
		here := func(l lane.Lane) bool { return s.Lanes[l] == i }
		first := lane.Lane(0)
		for !here(first) {
			first++
		}
		// What the nodes tell each other at a shard bears the tag of its first lane: that slot is there.
		own := o
		own.Prefix = fmt.Sprintf("{%d}%s", first, o.Prefix)
		p := &part{carrier: newCarrier(o, own.Prefix, here)}
		own.PubAddr, own.SubAddr, own.Carrier = set.Master, addr, p.carrier
		if log != nil {
			own.Log = log.With("shard", set.Name)
		}
		p.relay = r.AddPart(set.Name, own)
		r.parts = append(r.parts, p)
	}
	return r
}

func (r *Relay) of(l lane.Lane) *part { return r.parts[r.shards.Lanes[l]] }

// Publish takes a message to the shard of its lane. It implements chat.Relay.
func (r *Relay) Publish(event chat.Event) error {
	return r.of(lane.For(event.Rooms)).relay.Publish(event)
}

// Enter waits until the lane of a room is heard here.
func (r *Relay) Enter(ctx context.Context, room string) error {
	l := lane.Of(room)
	return r.of(l).carrier.Enter(ctx, l)
}

// Leave is called for each Enter.
func (r *Relay) Leave(room string) {
	l := lane.Of(room)
	r.of(l).carrier.Leave(l)
}

// Run joins the hub to all shards until ctx ends. See chapter 05's.
func (r *Relay) Run(ctx context.Context, hub *chat.Hub) error {
	return r.RunParts(ctx, r.Join(hub, func(room string) int { return r.shards.Lanes[lane.Of(room)] }))
}

// Brought is how many messages for clients have come to this node so far, by each shard.
func (r *Relay) Brought() (n []int64) {
	for _, p := range r.parts {
		n = append(n, p.carrier.Brought())
	}
	return n
}
