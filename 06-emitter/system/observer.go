package system

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	replication "example.com/redis-chat/02-replication"
	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/06-emitter/system/status"
)

// observe listens at one Redis server to everything that the nodes listen to. So the
// system sees messages pass, and notices that a server is gone, frozen, or has lost its
// master: by chapter 03's subscription, as a node does.
func (s *System) observe(ctx context.Context, i int) {
	client := observerClient(s.top.Addrs()[i])
	defer client.Close()
	probes := wire.OwnPrefix(s.o.Key) + wire.ProbeChannel
	o := pubsub.Options{Channels: []string{probes}, Patterns: []string{wire.Pattern(s.o.Key)}}
	subscriber, err := pubsub.Subscribe(ctx, client, s.probed(o))
	if err != nil {
		panic("system: " + err.Error()) // a mistake in the options above
	}
	heard := func(e *pubsub.Event, now time.Time) {
		switch e.Kind {
		case pubsub.Message:
			if e.Channel == probes {
				s.knows(e.Payload)
			} else if e.Pattern != "" { // else the observer's own probe
				s.seen(i, e, now)
			}
		case pubsub.Alive:
			s.serverUp(i)
		case pubsub.Disconnected:
			if !s.letGo(ctx, i, e.Err) {
				s.serverDown(ctx, i, e.Err, isGone(e.Err))
			}
		case pubsub.Silent:
			// When the master takes no probes, the replica is not at fault.
			if s.isMaster(i) || !errors.Is(e.Err, pubsub.ErrNotPublished) {
				s.serverDown(ctx, i, e.Err, false)
			}
		}
	}
	for {
		events, err := subscriber.Receive(ctx)
		if err != nil {
			return // the end of ctx
		}
		now := time.Now()
		for i := range events {
			heard(&events[i], now)
		}
	}
}

// observerClient has short timeouts and repeats nothing: its callers decide when to ask
// again.
func observerClient(addr string) *redis.Client {
	return redis.NewClient(dial.Once(redis.Options{Addr: addr, Protocol: 2}))
}

// isGone reports whether a server has ended. One that is there and does not answer has
// not.
func isGone(err error) bool {
	trouble := dial.Diagnose(err)
	return trouble == dial.NobodyThere || trouble == dial.ConnectionEnded
}

// letGo reports whether a server is there, and has only ended its connections: a Sentinel has it do that when it makes it the
// master, or another one's replica.
func (s *System) letGo(ctx context.Context, i int, err error) bool {
	if s.watchers == nil || dial.Diagnose(err) != dial.ConnectionEnded {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	client := observerClient(s.top.Addrs()[i])
	defer client.Close()
	for {
		err := client.Ping(ctx).Err()
		if err == nil {
			return true
		}
		if trouble := dial.Diagnose(err); trouble != dial.ConnectionEnded {
			return trouble != dial.NobodyThere // whoever is slow to answer is there
		}
		select { // it is about to end, and takes a connection still
		case <-ctx.Done():
			return false
		case <-time.After(answerTime / 20):
		}
	}
}

// answerTime is for a server that is asked how it is.
const answerTime = 300 * time.Millisecond

func (s *System) serverUp(i int) {
	var before server
	s.state.change(func(now *known) {
		at := &now.servers[i]
		before = *at
		at.heard, at.fault, at.proven = status.Up, "", true
		at.judge()
	})
	if !before.proven {
		s.observing <- i // has room for each server once
	}
	if before.heard != status.Up && before.heard != status.Starting {
		s.feed.Notice(before.Name, "%s is back: what is published at the master arrives there again", before.Name)
	}
}

// serverDown notes that a server has gone silent, and says once what that means.
func (s *System) serverDown(ctx context.Context, i int, err error, gone bool) {
	var down server
	var before string // what was heard of it
	var silenced []string
	s.state.change(func(now *known) {
		at := &now.servers[i]
		before = at.heard
		at.heard = status.Silent // after Gone: something answers again, but it is no replica of ours
		if gone {
			at.heard, at.fault, at.Link, at.PID = status.Gone, "", "", 0
		}
		at.judge()
		down = *at
		for _, n := range now.nodes {
			if n.Replica == at.Name {
				silenced = append(silenced, n.Name)
			}
		}
	})
	if down.heard == before || down.fault != "" || s.stopping.Load() {
		return
	}
	who := strings.Join(silenced, " and ")
	if s.watchers != nil {
		s.feed.Notice(down.Name, "%s", s.watchedDown(ctx, i, down.Server, gone, who, err))
		return
	}
	switch {
	case gone && i == 0:
		s.feed.Notice(down.Name, "master is gone: nobody can send. To have it back: restart master (empty, as it saves nothing)")
	case gone && who == "":
		s.feed.Notice(down.Name, "%s is gone; no node listens there. To have it back: restart %s", down.Name, down.Name)
	case gone:
		s.feed.Notice(down.Name, "%s is gone: clients of %s hear nothing. To have it back: restart %s%s",
			down.Name, who, down.Name, s.orByHand(i))
	case i == 0:
		s.feed.Notice(down.Name, "master does not answer: nobody can send (%s)", err)
	default:
		s.feed.Notice(down.Name, "%s is silent: clients of %s hear nothing (%s)", down.Name, who, s.whySilent(ctx, down.Server, err))
	}
}

// watchedDown is the sentence where Sentinels watch: what is gone has a successor, and nodes go elsewhere.
func (s *System) watchedDown(ctx context.Context, i int, down status.Server, gone bool, who string, err error) string {
	what := "is gone"
	if !gone {
		what = "is silent (" + s.whySilent(ctx, down, err) + ")"
	}
	switch {
	case s.isMaster(i):
		return fmt.Sprintf("%s, the master, %s: nobody can send until the Sentinels have made another server the master", down.Name, what)
	case who == "":
		return fmt.Sprintf("%s %s; no node listens there", down.Name, what)
	}
	return fmt.Sprintf("%s %s: clients of %s hear nothing, until there is another server to listen at", down.Name, what, who)
}

// orByHand is how to start a replica without this program.
func (s *System) orByHand(i int) string {
	if !s.processes() {
		return ""
	}
	_, port, _ := strings.Cut(s.top.Addrs()[i], ":")
	return ", or in another terminal: " + s.startByHand(i, port)
}

// whySilent asks the server itself for the reason.
func (s *System) whySilent(ctx context.Context, server status.Server, err error) string {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	client := observerClient(server.Addr)
	defer client.Close()
	role, roleErr := replication.ReadRole(ctx, client)
	switch {
	case roleErr != nil:
		return "it does not answer: frozen?"
	case role.Name == replication.Master && s.watchers != nil:
		return "it is a master of its own, until a Sentinel makes it a replica of the other one"
	case role.Name == replication.Master:
		return "it is a master of its own: it was started without --replicaof"
	case role.Link != replication.Connected:
		return "it answers, but has lost its link to the master"
	}
	return err.Error()
}

// knows learns from a node's probes which identity it publishes under.
func (s *System) knows(payload string) {
	if probe, err := wire.DecodeProbe(payload); err == nil {
		s.paths.name(probe.Pub, probe.Node)
	}
}
