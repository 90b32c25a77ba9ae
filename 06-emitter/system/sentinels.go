package system

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"example.com/redis-chat/02-replication/sentinel"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/watched"
	"example.com/redis-chat/05-distributed-relay/places"
	"example.com/redis-chat/06-emitter/system/status"
	"example.com/redis-chat/06-emitter/system/voters"
)

// startWatched starts servers with Sentinels that watch them.
func (s *System) startWatched(ctx context.Context, options topology.Options) (err error) {
	s.watchers, err = watched.Start(ctx, watched.Options{
		Topology: options, Sentinels: s.o.Sentinels, Ports: s.o.SentinelPorts, DownAfter: s.o.DownAfter,
	})
	if err != nil {
		return err
	}
	s.top = s.watchers
	s.places = places.New(places.Options{
		Sentinel: sentinel.Options{Addrs: s.watchers.Sentinels(), Name: s.watchers.Name()},
		Node:     "the system", Client: observerClient,
	})
	s.state.change(func(now *known) {
		now.voters = map[string]string{}
		for i, addr := range s.watchers.Sentinels() {
			now.watchers = append(now.watchers, watcher{
				Sentinel: status.Sentinel{Name: sentinelName(i), Addr: addr, PID: s.watchers.SentinelPID(i), State: status.Starting}, heard: status.Starting,
			})
		}
	})
	return nil
}

// followSentinels begins to hear what each of them tells, and where the master is.
func (s *System) followSentinels() {
	if s.watchers == nil {
		return
	}
	s.background.Go(func() { _ = s.places.Run(s.watching) }) // its one error is that there is no Sentinel to ask
	s.background.Go(func() { s.followMaster(s.watching) })
	for i, addr := range s.watchers.Sentinels() {
		s.background.Go(func() {
			voters.Follow(s.watching, voters.Options{
				Addr: addr, Name: s.watchers.Name(),
				Said:   func(says voters.Says) { s.said(i, says) },
				Failed: func(err error) { s.sentinelDown(i, isGone(err)) },
				Told:   func(e voters.Event) { s.told(i, e) },
			})
		})
	}
}

func sentinelName(i int) string { return fmt.Sprintf("sentinel-%d", i+1) }

// who is the name of whoever listens at an address; of a stranger, the address.
func (s *System) who(addr string) string {
	if name := s.serverAt(addr); name != "" {
		return name
	}
	if i := slices.Index(s.watchers.Sentinels(), addr); i >= 0 {
		return sentinelName(i)
	}
	return addr
}

// said notes what Sentinel i says.
func (s *System) said(i int, says voters.Says) {
	var before watcher
	s.state.change(func(now *known) {
		for id, addr := range says.Voters { // each knows the ids of the others, and none tells its own before Redis 6.2
			now.voters[id] = s.who(addr)
		}
		at := &now.watchers[i]
		before = *at
		at.answered(says.Asked)
		at.Master, at.Epoch, at.Leads, at.Agreed, at.Chosen = s.who(says.Master), says.Epoch, says.Leads, says.Agreed, ""
		if says.Chosen != "" {
			at.Chosen = s.who(says.Chosen)
		}
		at.Down = nil
		for _, addr := range says.Down {
			at.Down = append(at.Down, s.who(addr))
		}
	})
	if before.heard == status.Gone || before.heard == status.Silent {
		s.feed.Notice(before.Name, "%s is back: %s", before.Name, s.left())
	}
}

// sentinelDown notes that Sentinel i gives no answer.
func (s *System) sentinelDown(i int, gone bool) {
	var down watcher
	var before string
	s.state.change(func(now *known) {
		at := &now.watchers[i]
		before = at.heard
		if at.heard = status.Silent; gone {
			at.heard, at.fault, at.PID = status.Gone, "", 0
		}
		at.Leads, at.Agreed, at.Chosen, at.Down = false, false, "", nil
		at.judge()
		down = *at
	})
	if down.heard == before || down.fault != "" || s.stopping.Load() {
		return
	}
	if gone {
		s.feed.Notice(down.Name, "%s is gone: %s", down.Name, s.left())
	} else {
		s.feed.Notice(down.Name, "%s does not answer: %s", down.Name, s.left())
	}
}

// left says how many Sentinels there are, and whether they are enough.
func (s *System) left() string {
	all, up := s.state.get().Sentinels, 0
	for _, w := range all {
		if w.State == status.Up {
			up++
		}
	}
	enough := "most of them, who can make another server the master"
	if up <= len(all)/2 {
		enough = "too few to make another server the master: most of all have to vote for it"
	}
	return fmt.Sprintf("%d of %d are there, %s", up, len(all), enough)
}

// told says what has happened, in words.
func (s *System) told(i int, e voters.Event) {
	now := time.Now()
	name := sentinelName(i)
	var ids map[string]string
	s.state.change(func(all *known) {
		ids = maps.Clone(all.voters)
		if id, epoch, ok := e.Vote(); ok {
			at := &all.watchers[i]
			at.Vote, at.VotedIn, at.VotedAt = cmp.Or(ids[id], name), epoch, now.UnixMilli()
		}
	})
	voter := func(id string) string { return cmp.Or(ids[id], name) } // its own is the only one that it may not have been told
	if words := e.Words(voters.Names{Me: name, Addr: s.who, ID: voter}); words != "" {
		s.feed.Notice(name, "%s", words)
	}
}
