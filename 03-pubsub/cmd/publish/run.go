package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	basics "example.com/redis-chat/01-redis-basics"
	pubsub "example.com/redis-chat/03-pubsub"
)

// patience is how long an answer is waited for.
const patience = 2 * time.Second

// run publishes and says whom it reached.
func run(ctx context.Context, o options, out, warnings io.Writer) error {
	logging.Disable() // the error that we return says the same, once
	client := redis.NewClient(basics.Once(redis.Options{
		Addr: o.redis, Username: o.username, Password: o.password,
		DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience,
	}))
	defer client.Close()

	asking, cancel := context.WithTimeout(ctx, patience)
	role, err := pubsub.Master(asking, client)
	cancel()
	if basics.Diagnose(err) == basics.NotPermitted {
		fmt.Fprintln(warnings, "publish: may not ask for the server's role; at a replica nobody but its own subscribers gets the message:", err)
		err = nil
	}
	if err != nil {
		return explain(err, o.redis)
	}

	began := time.Now()
	var receivers int64
	for i := range o.n {
		if err := pace(ctx, o.rate, began, i); err != nil {
			return fmt.Errorf("interrupted: published %d of %d", i, o.n)
		}
		if receivers, err = publish(ctx, client, o, i); err != nil {
			return fmt.Errorf("published %d of %d, of the next one nobody knows: %w", i, o.n, err)
		}
	}
	if o.n > 1 {
		fmt.Fprintf(out, "published %d messages in %v; the last: ", o.n, time.Since(began).Round(time.Millisecond))
	}
	_, err = fmt.Fprintln(out, pubsub.Reached(receivers, role))
	return err
}

func publish(ctx context.Context, client *redis.Client, o options, i int) (receivers int64, err error) {
	message := o.message
	if o.n > 1 {
		message = fmt.Sprintf("%s %d", message, i+1)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return client.Publish(ctx, o.channel, message).Result()
}

// pace waits until it is message i's turn. Turns are counted from the beginning, so that one late message
// does not slow down all that follow.
func pace(ctx context.Context, rate float64, began time.Time, i int) error {
	if rate == 0 {
		return ctx.Err()
	}
	turn := began.Add(time.Duration(float64(i) / rate * float64(time.Second)))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Until(turn)):
		return nil
	}
}

// explain adds what to do when nobody answers.
func explain(err error, addr string) error {
	if network, ok := errors.AsType[*net.OpError](err); ok && basics.Diagnose(err) == basics.NobodyThere {
		return fmt.Errorf("publish at %s: nobody answers, start a server there or name another with -redis: %w", addr, network)
	}
	return err
}
