package scaleout

import (
	"context"
	"fmt"

	pubsub "example.com/redis-chat/03-pubsub"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/scale-out/lane"
)

// Channel names a lane's channel: between before and behind stands its number.
func Channel(before, behind string, l lane.Lane) string { return fmt.Sprint(before, int(l), behind) }

// Lanes is what another engine than PUBLISH takes from this package: what a message on a lane is, its number, probes that repeat the numbers, and who
// hears which lane. It is a relay.Numberer at one server of several. Package sharded has one for each master of a Redis Cluster.
type Lanes struct {
	*carrier
	here func(lane.Lane) bool
}

// NewLanes names the lanes' channels as Channel does. here says which of the lanes are at this server.
func NewLanes(before, behind string, here func(lane.Lane) bool) *Lanes {
	return &Lanes{newCarrierOn(before, behind), here}
}

// Channel is the channel of a lane.
func (s *Lanes) Channel(l lane.Lane) string { return s.channel(l) }

// Here reports whether a lane is at this server.
func (s *Lanes) Here(l lane.Lane) bool { return s.here(l) }

// Begin makes the subscription one that lanes are added to.
func (s *Lanes) Begin(to *pubsub.Subscriber) relay.Receiver {
	s.joins.begin(to)
	return &receiver{Subscriber: to, c: s.carrier}
}

// Fill tells the numbers of the lanes that are here.
func (s *Lanes) Fill(p *wire.Probe) { s.fill(p, s.here) }

// Enter waits until a lane is heard, and Leave is called for each Enter.
func (s *Lanes) Enter(ctx context.Context, l lane.Lane) error { return s.joins.enter(ctx, l) }
func (s *Lanes) Leave(l lane.Lane)                            { s.joins.leave(l) }

// Brought is how many messages for clients have come by these lanes so far.
func (s *Lanes) Brought() int64 { return s.brought.Load() }
