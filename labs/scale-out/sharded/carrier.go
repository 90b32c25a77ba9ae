package sharded

import (
	"context"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	scaleout "example.com/redis-chat/labs/scale-out"
	"example.com/redis-chat/labs/scale-out/lane"
)

// carrier is that of the lanes, by SPUBLISH and SSUBSCRIBE, at one shard.
type carrier struct {
	*scaleout.Lanes
	check string              // a channel of the shard that nobody reads
	names [lane.Count + 1]any // the channels: as any they are made once
}

var (
	_ relay.Numberer  = (*carrier)(nil)
	_ relay.Clustered = (*carrier)(nil)
)

// Clustered says that a message does not need the replication stream.
func (c *carrier) Clustered() {}

func newCarrier(o relay.Options, tag string, here func(lane.Lane) bool) *carrier {
	before, behind := around(o)
	c := &carrier{Lanes: scaleout.NewLanes(before, behind, here), check: tag + "check"}
	for l := range c.names {
		c.names[l] = c.check
		if here(lane.Lane(l)) {
			c.names[l] = c.Channel(lane.Lane(l))
		}
	}
	return c
}

// Subscribe subscribes to what the nodes tell each other at this shard, and to what is for everybody if that is here.
func (c *carrier) Subscribe(ctx context.Context, client *redis.Client, o pubsub.Options) (relay.Receiver, error) {
	o.Channels, o.Patterns, o.Sharded = o.Patterns[1:], nil, true
	if c.Here(lane.Everybody) {
		o.Channels = append(o.Channels, c.Channel(lane.Everybody))
	}
	s, err := pubsub.Subscribe(ctx, client, o)
	if err != nil {
		return nil, err
	}
	return c.Begin(s), nil
}

// Message publishes on the lane. A relay asks with a message of its own, for a lane of anywhere, whether it may publish: that one goes to nobody.
func (c *carrier) Message(ctx context.Context, args []any, e *wire.Envelope, _, payload any) redis.Cmder {
	return c.Own(ctx, args, c.names[lane.For(e.Rooms)], payload)
}

// Own publishes at the shard.
func (c *carrier) Own(ctx context.Context, args []any, channel, payload any) redis.Cmder {
	return redis.NewIntCmd(ctx, append(args, "spublish", channel, payload)...)
}
