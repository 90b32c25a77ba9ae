package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/harmless"
	replication "example.com/redis-chat/02-replication"
	pubsub "example.com/redis-chat/03-pubsub"
)

// run publishes and says whom it reached.
func run(ctx context.Context, o options, out, warnings io.Writer) error {
	logging.Disable() // the error that we return says the same, once
	settings := o.login.Options(o.redis)
	settings.DialTimeout, settings.ReadTimeout, settings.WriteTimeout = o.patience, o.patience, o.patience
	client := redis.NewClient(settings)
	defer client.Close()

	role, err := master(ctx, client, o)
	mayAsk := dial.Diagnose(err) != dial.NotPermitted
	if !mayAsk {
		fmt.Fprintln(warnings, "publish: the user may not ask for the server's role; at a replica nobody but its own subscribers gets the message:", harmless.Text(err.Error()))
		err = nil
	}
	switch {
	case errors.Is(err, replication.ErrReplica), errors.Is(err, replication.ErrSentinel), errors.Is(err, replication.ErrCluster):
		return err
	case err != nil && ctx.Err() != nil:
		return errors.New("interrupted: published nothing")
	}
	if err != nil {
		return fmt.Errorf("publish at %s: %w", o.redis, dial.Explain(ctx, settings, err))
	}

	began, asked := time.Now(), time.Now()
	var receivers int64
	for i := range o.n {
		if err := pace(ctx, o.rate, began, i); err != nil {
			return fmt.Errorf("interrupted: published %d of %d", i, o.n)
		}
		if receivers, err = publish(ctx, client, o, i); err != nil {
			return fmt.Errorf("published %d of %d, of the next one nobody knows: %w", i, o.n, dial.Explain(ctx, settings, err))
		}
		// A failover makes the server a replica, which answers PUBLISH as ever. So it is asked again, once a second and at the end.
		if mayAsk && (i+1 == o.n || time.Since(asked) >= time.Second) {
			role, err = master(ctx, client, o)
			switch {
			case errors.Is(err, replication.ErrReplica):
				return fmt.Errorf("published %d of %d, the last of them when the server had just been made a replica: %w", i+1, o.n, err)
			case err != nil && ctx.Err() != nil:
				return fmt.Errorf("interrupted: published %d of %d", i+1, o.n)
			case err != nil:
				return fmt.Errorf("published %d of %d, and then nobody knows whether the server is still a master: %w", i+1, o.n, dial.Explain(ctx, settings, err))
			}
			asked = time.Now()
		}
	}
	if o.n > 1 {
		fmt.Fprintf(out, "published %d messages in %v; the last: ", o.n, time.Since(began).Round(time.Millisecond))
	}
	_, err = fmt.Fprintln(out, pubsub.Reached(receivers, role))
	return err
}

// master asks for the server's role. A replica is an error.
func master(ctx context.Context, client *redis.Client, o options) (replication.Role, error) {
	ctx, cancel := context.WithTimeout(ctx, o.patience)
	defer cancel()
	return pubsub.Master(ctx, client)
}

func publish(ctx context.Context, client *redis.Client, o options, i int) (receivers int64, err error) {
	message := o.message
	if o.n > 1 && !o.same {
		message = fmt.Sprintf("%s %d", message, i+1)
	}
	ctx, cancel := context.WithTimeout(ctx, o.patience)
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
