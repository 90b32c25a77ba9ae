package basics

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// tourPipelining shows that the time goes into the way there and back.
func tourPipelining(ctx context.Context, t *Tour) error {
	const messages = 1000
	t.Say("A pipeline sends commands without waiting for each answer. Three commands, one round trip:")
	if _, err := t.shown.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Incr(ctx, t.Key("messages"))
		p.LPush(ctx, t.Key("recent"), "alice: hi")
		p.ZIncrBy(ctx, t.Key("active"), 1, "alice")
		return nil
	}); err != nil {
		return err
	}

	t.Say("Now %d INCR, one by one and in one pipeline. Round trips are counted at the connection: how often the\n"+
		"client stops sending and waits.", messages)
	if err := t.Predict(ctx, "how many round trips does each way take?"); err != nil {
		return err
	}
	key := t.Key("pipelined")
	t.printf("%-14s %12s %10s\n", "", "round trips", "time")
	for _, way := range []struct {
		name string
		send func() error
	}{
		{"one by one", func() error {
			for range messages {
				if err := t.quiet.Incr(ctx, key).Err(); err != nil {
					return err
				}
			}
			return nil
		}},
		{"one pipeline", func() error {
			_, err := t.quiet.Pipelined(ctx, func(p redis.Pipeliner) error {
				for range messages {
					p.Incr(ctx, key)
				}
				return nil
			})
			return err
		}},
	} {
		before, start := t.trips.RoundTrips(), time.Now()
		if err := way.send(); err != nil {
			return fmt.Errorf("%s: %w", way.name, err)
		}
		took := time.Since(start)
		t.printf("%-14s %12d %10v\n", way.name, t.trips.RoundTrips()-before, took.Round(10*time.Microsecond))
	}
	if err := failed(t.shown.Get(ctx, key)); err != nil {
		return err
	}
	t.Say("Over a network where a round trip takes 1 ms, the first way waits a second, the second a millisecond.\n" +
		"A pipeline is no transaction: other clients' commands may come between its own.")
	return nil
}
