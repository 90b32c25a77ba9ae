package basics

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/redis-chat/01-redis-basics/dial"
)

// clientOptions are those of a client whose wire is worth reading: it speaks RESP2
// as redis-cli does, greets no longer than it must, and sends nothing twice. A
// section may let the server work for longer than the second that Once allows.
func clientOptions(addr string, tap *Tap, patience time.Duration) *redis.Options {
	return dial.Once(redis.Options{Addr: addr, Protocol: 2, Dialer: tap.Dial, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience})
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
	if err := greet(ctx, c); err != nil {
		return explain(ctx, c, err)
	}
	if err := newEnough(ctx, c); err != nil {
		return err
	}
	if err := c.Set(ctx, key, "", 0).Err(); err != nil {
		return explain(ctx, c, err)
	}
	return explain(ctx, c, c.Unlink(ctx, key).Err())
}

// newEnough asks for Redis 6.2, which brought GETDEL, LMOVE and ZRANGE BYSCORE.
// A server that does not tell its version counts as new.
func newEnough(ctx context.Context, c *redis.Client) error {
	info, _ := c.Info(ctx, "server").Result()
	version := redisVersion.FindStringSubmatch(info)
	if version == nil {
		return nil
	}
	major, _ := strconv.Atoi(version[2])
	minor, _ := strconv.Atoi(version[3])
	if major < 6 || major == 6 && minor < 2 {
		return fmt.Errorf("ask %s: this is Redis %s, and the tour needs 6.2 or newer", c.Options().Addr, version[1])
	}
	return nil
}

var redisVersion = regexp.MustCompile(`redis_version:((\d+)\.(\d+)\S*)`)

// explain says in one sentence what is wrong with a running server.
func explain(ctx context.Context, c *redis.Client, err error) error {
	switch dial.Diagnose(err) {
	case dial.NoTrouble, dial.Canceled:
		return err
	case dial.NobodyThere:
		return fmt.Errorf("ask %s: %w; or leave WORKBOOK_REDIS unset for the embedded one", c.Options().Addr, dial.Explain(ctx, c.Options(), err))
	}
	return fmt.Errorf("ask %s: %w", c.Options().Addr, dial.Explain(ctx, c.Options(), err))
}
