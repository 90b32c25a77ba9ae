package system

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	replication "example.com/redis-chat/02-replication"
	pubsub "example.com/redis-chat/03-pubsub"
	relay "example.com/redis-chat/05-distributed-relay"
)

// masterAddr is the address of the server that is the master now.
func (s *System) masterAddr() string { return s.top.Addrs()[s.state.master()] }

// isMaster reports whether server i is the master now.
func (s *System) isMaster(i int) bool { return s.state.master() == i }

// serverAt is the name of the server at an address, "" for none of ours.
func (s *System) serverAt(addr string) string {
	if i := slices.Index(s.top.Addrs(), addr); i >= 0 {
		return s.serverName(i)
	}
	return ""
}

// probed adds to o a channel of its own, on which probes are published at the master of the moment, as pubsub's WatchedThrough
// does at one that stays.
func (s *System) probed(o pubsub.Options) pubsub.Options {
	own := "probe:" + rand.Text()
	o.Channels = append(o.Channels, own)
	o.ConfirmProbe = func(channel, _ string) bool { return channel == own }
	o.Probe = func(ctx context.Context) error {
		master := s.master.Load()
		if err := master.Publish(ctx, own, "").Err(); err != nil {
			return fmt.Errorf("publish a probe at %s: %w", master.Options().Addr, err)
		}
		return nil
	}
	return o
}

// followMaster goes where the Sentinels say that the master is, and ROLE agrees, by the same means as the nodes.
func (s *System) followMaster(ctx context.Context) {
	at := s.top.Addrs()[0]
	for {
		place, changed := s.places.Now()
		s.state.change(func(now *known) { now.moving = place.Moving })
		if place.Master != "" && place.Master != at {
			at = place.Master
			s.goTo(place)
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}

// goTo has all that this program publishes go to another server.
func (s *System) goTo(place relay.Place) {
	name := place.Master
	if i := slices.Index(s.top.Addrs(), place.Master); i >= 0 {
		name = s.serverName(i)
		s.state.change(func(now *known) {
			now.master = i
			now.servers[i].Role, now.servers[i].Follows, now.servers[i].Link = replication.Master, "", "" // so ROLE has said
		})
	}
	s.feed.Notice(name, "%s is the master now: the nodes and the emitter publish there", name)
	before := s.master.Swap(observerClient(place.Master))
	_ = before.Close() // what it was about to publish is nothing to wait for
	client := observerClient(place.Master)
	_ = s.emitter.Move(client) // its one error is that the system has ended
	_ = client.Close()         // only its options are used
}

// mostHold is how long the emitter waits for a new master. One that takes longer does not come: then the old one may go on.
const mostHold = 2 * time.Second

// settled returns when no other server is about to become the master: what is published just before that may reach nobody.
func (s *System) settled(ctx context.Context) {
	if s.places == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, mostHold)
	defer cancel()
	for {
		place, changed := s.places.Now()
		if !place.Moving {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		}
	}
}
