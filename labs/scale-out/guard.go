package scaleout

import (
	"cmp"
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// client is a connection to a set's own server.
type client interface {
	Get(ctx context.Context, key string) *redis.StringCmd
	Close() error
}

// setCarrier is a carrier for one of several sets. As a relay.Guard it publishes a message only while its lane lives here; as a
// relay.Continuer it counts on where another set has ended.
type setCarrier struct {
	*carrier
	x      *set
	moves  string // the key, and the channel
	client func() client

	// Of the publishing goroutine.
	batch []lane.Lane   // of the messages of a batch
	said  lanemap.State // what the master's key says

	// Of the delivering goroutine.
	receiver *setReceiver
	begins   map[string]uint64 // series: the last number that another set has brought
}

var (
	_ relay.Guard     = (*setCarrier)(nil)
	_ relay.Continuer = (*setCarrier)(nil)
)

func newSetCarrier(x *set, own string, last *[lane.Count + 1]uint64) *setCarrier {
	c := &setCarrier{carrier: newCarrier(own), x: x, moves: own + lanemap.Key, begins: map[string]uint64{}}
	c.receiver = newSetReceiver(c)
	c.last = last // a lane's numbers go on where it goes
	return c
}

// Key is where the master says what has moved away from it.
func (c *setCarrier) Key() string { return c.moves }

// Together makes a transaction of each batch, which a WATCH can spoil.
func (c *setCarrier) Together() bool { return true }

// Message and Own take a text as an answer, as a transaction gives one.
func (c *setCarrier) Message(ctx context.Context, args []any, e *wire.Envelope, _, payload any) redis.Cmder {
	return c.Own(ctx, args, c.names[lane.For(e.Rooms)], payload)
}

func (c *setCarrier) Own(ctx context.Context, args []any, channel, payload any) redis.Cmder {
	return redis.NewCmd(ctx, append(args, "publish", channel, payload)...)
}

// Begin and Append note which numbers a batch has taken, and Back gives them back.
func (c *setCarrier) Begin() { c.batch = c.batch[:0] }

func (c *setCarrier) Append(dst []byte, e *wire.Envelope) ([]byte, error) {
	c.batch = append(c.batch, lane.For(e.Rooms))
	return c.carrier.Append(dst, e)
}

func (c *setCarrier) Back() {
	for _, l := range c.batch {
		c.last[l]--
	}
	c.batch = c.batch[:0]
}

// Learn has this node publish elsewhere what has moved away from here. What waits goes first, and nothing overtakes it: who publishes waits for
// the lock.
func (c *setCarrier) Learn(value string, take func(func(*wire.Envelope) bool) []relay.Waiting) error {
	s := c.x.sets
	state, err := s.m.ParseState(value)
	if err != nil {
		return fmt.Errorf("read %s, which says what lanes have moved: %w", c.moves, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.said = state
	for l := range s.route {
		s.follow(lane.Lane(l))
	}
	elsewhere := func(e *wire.Envelope) bool { return s.route[lane.For(e.Rooms)].Set != c.x.index }
	for _, w := range take(elsewhere) {
		s.sets[s.route[lane.For(w.Envelope().Rooms)].Set].relay.Accept(w)
	}
	return nil
}

// Check is beside the lanes.
func (c *setCarrier) Check() string { return "chat:lane:check" }

// follow goes after a lane, from master to master, as far as these have said. mu is locked.
func (s *Sets) follow(l lane.Lane) {
	for {
		at := s.route[l]
		move, moved := s.sets[at.Set].carrier.said.Moves[l]
		if !moved || move.Soon || move.To.Move <= at.Move {
			return
		}
		s.route[l] = move.To
	}
}

// Fill tells the numbers of the lanes that live here.
func (c *setCarrier) Fill(p *wire.Probe) {
	s := c.x.sets
	s.mu.RLock()
	defer s.mu.RUnlock()
	c.fill(p, func(l lane.Lane) bool { return s.route[l].Set == c.x.index })
}

// ends are the last numbers that have come by this set on a lane, by publisher. It is for the delivering goroutine.
func (c *setCarrier) ends(l lane.Lane) map[string]uint64 {
	times, heard := c.joins.heard(l)
	if !heard {
		return nil
	}
	ends := map[string]uint64{}
	for key, series := range c.series {
		if key.lane == l && key.times == times {
			if last, ok := c.x.relay.Seen(series); ok {
				ends[key.pub] = last
			}
		}
	}
	return ends
}

// GoesOn says where a lane of a publisher begins that has come by another set before.
func (c *setCarrier) GoesOn(series string) (last uint64, ok bool) {
	last, ok = c.begins[series]
	delete(c.begins, series) // it is asked for once
	return last, ok
}

// Subscribe subscribes to what is for everybody, and to what the set says of lanes that move.
func (c *setCarrier) Subscribe(ctx context.Context, client *redis.Client, o pubsub.Options) (relay.Receiver, error) {
	o.Channels, o.Patterns = append([]string{c.channel(lane.Everybody), c.moves}, o.Patterns[1:]...), nil
	s, err := pubsub.Subscribe(ctx, client, o)
	if err != nil {
		return nil, err
	}
	c.receiver.Subscriber, c.receiver.ctx, c.receiver.limit = s, ctx, cmp.Or(o.QueueBytes, mostHeld)
	c.joins.begin(s)
	c.x.sets.adds.Go(func() { c.receiver.read(ctx) })
	return c.receiver, nil
}
