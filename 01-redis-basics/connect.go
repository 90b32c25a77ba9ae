package basics

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// clientOptions are those of a client whose wire is worth reading: RESP2, as
// redis-cli speaks it, no greeting beyond what must be, nothing sent twice. A
// section may let the server work for longer than the second that Once allows.
func clientOptions(addr string, tap *Tap) *redis.Options {
	const patience = 3 * time.Second
	return Once(redis.Options{Addr: addr, Protocol: 2, Dialer: tap.Dial, ReadTimeout: patience, WriteTimeout: patience})
}

// greet opens the connections that c will use, so that a transcript and a
// count of round trips begin with what the lesson is about. go-redis keeps
// one pool for single commands and another for pipelines.
func greet(ctx context.Context, c *redis.Client) error {
	if err := c.Ping(ctx).Err(); err != nil {
		return err
	}
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error { return p.Ping(ctx).Err() })
	return err
}

// provePlace proves that a server that somebody else runs lets us work: it
// writes a key that is removed at once.
func provePlace(ctx context.Context, c *redis.Client, key string) error {
	addr := c.Options().Addr
	if err := greet(ctx, c); err != nil {
		return explain(addr, err)
	}
	if err := c.Set(ctx, key, "", 0).Err(); err != nil {
		return explain(addr, err)
	}
	return explain(addr, c.Unlink(ctx, key).Err())
}

// explain makes one sentence of what can be wrong with a running server.
func explain(addr string, err error) error {
	if err == nil {
		return nil
	}
	switch Diagnose(err) {
	case Canceled:
		return err
	case NobodyThere:
		return fmt.Errorf("nobody is at %s: %w; start a server there, or leave WORKBOOK_REDIS unset for the embedded one", addr, err)
	case NoAnswer:
		return fmt.Errorf("%s does not answer: %w", addr, err)
	case ConnectionEnded:
		return fmt.Errorf("%s closed the connection: %w", addr, err)
	case NotRedis:
		return fmt.Errorf("what answers at %s is not Redis: %w", addr, err)
	case OtherTrouble:
		return fmt.Errorf("ask %s: %w", addr, err)
	}
	switch code, _, _ := strings.Cut(err.Error(), " "); code {
	case "NOAUTH":
		return fmt.Errorf("%s wants a password: set REDIS_PASSWORD, and REDIS_USERNAME if it has users (%w)", addr, err)
	case "WRONGPASS":
		return fmt.Errorf("%s refuses the user or password of REDIS_USERNAME and REDIS_PASSWORD (%w)", addr, err)
	case "READONLY":
		return fmt.Errorf("%s is a replica: give the address of its master (%w)", addr, err)
	case "MOVED", "CLUSTERDOWN":
		return fmt.Errorf("%s is a node of a Redis Cluster, and the tour needs a server that is alone (%w)", addr, err)
	}
	return fmt.Errorf("%s refuses to work: %w", addr, err)
}
