package system

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// doSentinel does something to Sentinel i.
func (s *System) doSentinel(ctx context.Context, action string, i int) error {
	name := sentinelName(i)
	ctx, cancel := context.WithTimeout(ctx, actionTimeout)
	defer cancel()
	var err error
	switch action {
	case Kill:
		err = s.watchers.KillSentinel(i)
	case Restart:
		_ = s.watchers.KillSentinel(i) // it may be dead already
		if err = s.watchers.RestartSentinel(ctx, i); err == nil {
			s.state.change(func(now *known) { now.watchers[i].PID = s.watchers.SentinelPID(i) })
		}
	case Freeze:
		s.sentinelFault(i, status.Frozen) // before somebody can notice
		if err = s.watchers.FreezeSentinel(i); err != nil {
			s.sentinelFault(i, "")
		} else {
			s.sentinelFault(i, status.Frozen)
			s.feed.Notice(name, "%s is frozen: its connections stay open, and it says nothing", name)
		}
	case Thaw:
		s.sentinelFault(i, "")
		if err = s.watchers.ThawSentinel(i); err == nil {
			s.feed.Notice(name, "%s goes on", name)
		}
	default:
		return fmt.Errorf("%s %s: want kill, restart, freeze, thaw or failover", action, name)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", action, name, err)
	}
	return nil
}

func (s *System) sentinelFault(i int, fault string) {
	s.state.change(func(now *known) {
		at := &now.watchers[i]
		at.fault, at.since = fault, time.Now()
		at.judge()
	})
}

var (
	errNoSentinel = errors.New("no Sentinel answers: restart one first")
	errUnwatched  = errors.New("no Sentinel watches these servers: start the system with -sentinels 3")
)

// failOver has a Sentinel make another server the master: the one that is named, else the first that answers. It is done when
// that one has begun.
func (s *System) failOver(ctx context.Context, now status.State, by string) error {
	err := errNoSentinel
	if s.watchers == nil {
		err = errUnwatched
	}
	for _, w := range now.Sentinels {
		if w.State != status.Up || by != "" && by != w.Name {
			continue
		}
		err = s.did(livemap.Moment{Who: now.Master, Text: Failover, Command: s.sentinelByHand(Failover, w)}, func() error {
			return s.askFailover(ctx, w.Addr)
		})
		if err == nil {
			return nil
		}
	}
	return fmt.Errorf("failover: %w", err)
}

func (s *System) askFailover(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, actionTimeout)
	defer cancel()
	client := redis.NewSentinelClient(dial.Once(redis.Options{Addr: addr, Protocol: 2}))
	defer client.Close()
	if err := client.Failover(ctx, s.watchers.Name()).Err(); err != nil {
		return fmt.Errorf("ask the Sentinel at %s: %w", addr, err)
	}
	return nil
}
