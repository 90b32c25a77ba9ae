package scaleout

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/presence"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// Sets is a relay over several sets of servers, each a master with its replicas: it has one relay for each. A lane lives on one of
// them, and can move to another while messages flow. It is a chat.Chooser.
type Sets struct {
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
	var names []string
	for i, at := range m.Sets {
		addr, err := at.At(nth)
		if err != nil {
			panic("scaleout: " + err.Error()) // Check says so before
		}
		x := &set{sets: s, index: i, name: at.Name, came: func() {}}
		x.carrier = newSetCarrier(x, own, last)
		o.PubAddr, o.SubAddr, o.Carrier = at.Master, addr, x.carrier
		o.Log = s.log.With("set", at.Name)
		if i > 0 {
			o.Beside = s.sets[0].relay
		}
		x.relay = relay.New(o)
		x.carrier.client = func() client { return o.Client(addr) }
		s.sets, names = append(s.sets, x), append(names, at.Name)
	}
	s.sets[0].relay.Register(Parts{names, s.Part})
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
	group, ctx := errgroup.WithContext(ctx)
	s.ctx = ctx
	var parts []relay.Hub
	for i, x := range s.sets {
		part := hub.Part(x.name, func(room string) bool { return s.hearing.of(lane.Of(room)) == i })
		x.came = part.Came
		if parts = append(parts, part); i > 0 {
			parts[i] = absent{part}
		}
	}
	for i, x := range s.sets {
		group.Go(func() error {
			if err := x.relay.RunPart(ctx, parts[i]); err != nil {
				return fmt.Errorf("%s: %w", x.name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

// absent is a hub without presence. Who is in which room is told on the first set alone.
type absent struct{ relay.Hub }

func (absent) TakePresence(bool, int) (u chat.PresenceUpdate, p *presence.Part) { return u, nil }
func (absent) ApplyPresence(string, chat.PresenceUpdate) int                    { return 0 }
func (absent) ApplyPresencePart(string, presence.Part) int                      { return 0 }
func (absent) PresenceOf(string) int                                            { return 0 }
func (absent) ForgetNode(string)                                                {}

// Ready reports whether any set delivers, and names those that do not. One dead master is no reason to send the clients of all
// others away; whoever wants to know it of one set asks Part.
func (s *Sets) Ready() (reason string, ready bool) {
	var doubts []string
	for _, x := range s.sets {
		if why, ok := x.relay.Ready(); ok {
			ready = true
		} else {
			doubts = append(doubts, x.name+": "+why)
		}
	}
	return strings.Join(doubts, "; "), ready
}

// Part reports whether one set delivers.
func (s *Sets) Part(name string) (reason string, ready bool) {
	i, err := s.m.Named(name)
	if err != nil {
		return err.Error(), false
	}
	reason, ready = s.sets[i].relay.Ready()
	if !ready {
		reason = name + ": " + reason
	}
	return reason, ready
}

// Metrics is the handler of /metrics, of all sets together, and of which of them deliver.
func (s *Sets) Metrics(hub *chat.Hub, ready func() (string, bool)) http.Handler {
	return s.sets[0].relay.Metrics(hub, ready)
}

// Brought is how many messages for clients have come to this node so far, by each set.
func (s *Sets) Brought() (n []int64) {
	for _, x := range s.sets {
		n = append(n, x.carrier.brought.Load())
	}
	return n
}
