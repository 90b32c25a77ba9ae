package scaleout

import (
	"cmp"
	"context"
	"log/slog"
	"sync"

	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// Sets is a relay over several sets of servers, each a master with its replicas: it has one relay for each. A lane lives on one of
// them, and can move to another while messages flow. It is a chat.Chooser.
type Sets struct {
	Several
	m    *lanemap.Map
	log  *slog.Logger
	sets []*set // as in the map
	ctx  context.Context
	adds sync.WaitGroup // goroutines that subscribe to lanes which are about to move

	// Where this node publishes. Held to read while a message is handed to a relay, to write while lanes go elsewhere: so none overtakes another.
	mu    sync.RWMutex
	route [lane.Count + 1]lanemap.Place

	hearing hearing
}

// set is one of them, as this node sees it.
type set struct {
	sets    *Sets
	index   int
	name    string
	relay   *relay.Relay
	carrier *setCarrier
	came    func() // tells the hub that rooms have come to this set
}

// NewSets makes a relay for the sets of a map, at the nth replica of each: 0, at the masters. The options are for each of them, but for the
// addresses. Nothing is connected before Run. Each set has to have that replica: see lanemap.Map.Check.
func NewSets(m *lanemap.Map, nth int, o relay.Options) *Sets {
	s := &Sets{m: m, log: cmp.Or(o.Log, slog.New(slog.DiscardHandler))}
	for l := range s.route {
		s.route[l] = m.Of(lane.Lane(l))
	}
	s.hearing.begin(s)
	own := o.Prefix + wire.OwnPrefix(cmp.Or(o.Key, wire.DefaultKey))
	last := new([lane.Count + 1]uint64)
	for i, at := range m.Sets {
		addr, err := at.At(nth)
		if err != nil {
			panic("scaleout: " + err.Error()) // Check says so before
		}
		x := &set{sets: s, index: i, name: at.Name, came: func() {}}
		x.carrier = newSetCarrier(x, own, last)
		o.PubAddr, o.SubAddr, o.Carrier = at.Master, addr, x.carrier
		o.Log = s.log.With("set", at.Name)
		x.relay = s.AddPart(at.Name, o)
		x.carrier.client = func() client { return o.Client(addr) }
		s.sets = append(s.sets, x)
	}
	return s
}

// Publish takes a message to the set of its lane. It implements chat.Relay.
func (s *Sets) Publish(event chat.Event) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sets[s.route[lane.For(event.Rooms)].Set].relay.Publish(event)
}

// Run joins the hub to all sets until ctx ends. See chapter 05's.
func (s *Sets) Run(ctx context.Context, hub *chat.Hub) error {
	defer s.adds.Wait()
	ctx, end := context.WithCancel(ctx)
	defer end()
	s.ctx = ctx
	parts := s.Join(hub, func(room string) int { return s.hearing.of(lane.Of(room)) })
	for i, x := range s.sets {
		x.came = parts[i].Came
	}
	return s.RunParts(ctx, parts)
}

// Brought is how many messages for clients have come to this node so far, by each set.
func (s *Sets) Brought() (n []int64) {
	for _, x := range s.sets {
		n = append(n, x.carrier.brought.Load())
	}
	return n
}
