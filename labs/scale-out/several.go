package scaleout

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/sync/errgroup"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/presence"
	relay "example.com/redis-chat/05-distributed-relay"
)

// Several is the relays of one node, one for each part of the system: a set of servers, or a shard of a Redis Cluster. They serve one hub, which
// tells the clients in a part's rooms what is wrong there. The zero value has none.
type Several struct {
	names  []string
	relays []*relay.Relay
}

// AddPart makes the relay of one more part. Who is in which room is told by the first one.
func (s *Several) AddPart(name string, o relay.Options) *relay.Relay {
	if len(s.relays) > 0 {
		o.Beside = s.relays[0]
	}
	r := relay.New(o)
	s.names, s.relays = append(s.names, name), append(s.relays, r)
	if len(s.relays) == 1 {
		r.Register(s)
	}
	return r
}

// Join tells the hub of the parts. of says at which of them a room is heard, in their order.
func (s *Several) Join(hub *chat.Hub, of func(room string) int) (parts []*chat.Part) {
	for i, name := range s.names {
		parts = append(parts, hub.Part(name, func(room string) bool { return of(room) == i }))
	}
	return parts
}

// RunParts runs all relays until ctx ends, or one of them fails. See chapter 05's Run.
func (s *Several) RunParts(ctx context.Context, parts []*chat.Part) error {
	group, ctx := errgroup.WithContext(ctx)
	for i, part := range parts {
		var hub relay.Hub = part
		if i > 0 {
			hub = absent{hub}
		}
		group.Go(func() error {
			if err := s.relays[i].RunPart(ctx, hub); err != nil {
				return fmt.Errorf("%s: %w", s.names[i], err)
			}
			return nil
		})
	}
	return group.Wait()
}

// absent is a hub without presence, for all parts but the first.
type absent struct{ relay.Hub }

func (absent) TakePresence(bool, int) (u chat.PresenceUpdate, p *presence.Part) { return u, nil }
func (absent) ApplyPresence(string, chat.PresenceUpdate) int                    { return 0 }
func (absent) ApplyPresencePart(string, presence.Part) int                      { return 0 }
func (absent) PresenceOf(string) int                                            { return 0 }
func (absent) ForgetNode(string)                                                {}

// Ready reports whether any part delivers, and names those that do not. One dead master is no reason to send the clients of all
// others away; whoever wants to know it of one part asks Part.
func (s *Several) Ready() (reason string, ready bool) {
	var doubts []string
	for i, r := range s.relays {
		if why, ok := r.Ready(); ok {
			ready = true
		} else {
			doubts = append(doubts, s.names[i]+": "+why)
		}
	}
	return strings.Join(doubts, "; "), ready
}

// Part reports whether one part delivers.
func (s *Several) Part(name string) (reason string, ready bool) {
	for i, r := range s.relays {
		if s.names[i] == name {
			if reason, ready = r.Ready(); !ready {
				reason = name + ": " + reason
			}
			return reason, ready
		}
	}
	return fmt.Sprintf("there is no part %.64q", name), false
}

// Metrics is the handler of /metrics, of all parts together, and of which of them deliver.
func (s *Several) Metrics(hub *chat.Hub, ready func() (string, bool)) http.Handler {
	return s.relays[0].Metrics(hub, ready)
}
