package embedded

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// patience ends a wait for what is bound to come. It says nothing about speed.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	// go-redis: a client whose dials have failed asks once a second, and so ends up to a second after its Close.
	redistest.Main(m, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

func start(t *testing.T, o Options) (*Topology, []*redis.Client) {
	top, err := Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, top.Close()) })
	var clients []*redis.Client
	for _, addr := range top.Addrs() {
		c := redis.NewClient(&redis.Options{Addr: addr, DialerRetries: 1, DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience})
		t.Cleanup(func() { c.Close() })
		clients = append(clients, c)
	}
	return top, clients
}

// all waits until every replica has what the master has.
func all(t *testing.T, master *redis.Client, replicas int64) {
	t.Helper()
	n, err := master.Wait(t.Context(), int(replicas), patience).Result()
	require.NoError(t, err)
	require.Equal(t, replicas, n)
}

// contents are all keys of a server with their values.
func contents(t *testing.T, c *redis.Client) map[string]string {
	t.Helper()
	ctx, all := t.Context(), map[string]string{}
	for _, key := range c.Keys(ctx, "*").Val() {
		var v any
		switch kind := c.Type(ctx, key).Val(); kind {
		case "string":
			v = c.Get(ctx, key).Val()
		case "hash":
			v = c.HGetAll(ctx, key).Val()
		case "list":
			v = c.LRange(ctx, key, 0, -1).Val()
		case "set":
			v = c.SMembers(ctx, key).Val()
		case "zset":
			v = c.ZRangeWithScores(ctx, key, 0, -1).Val()
		case "stream":
			v = c.XRange(ctx, key, "-", "+").Val()
		case "none": // expired since KEYS
			continue
		}
		all[key] = fmt.Sprint(v)
	}
	return all
}

func TestConcurrentWritersEndInEqualServers(t *testing.T) {
	if testing.Short() {
		t.Skip("long: it runs once, in the run on real servers (leave -short away)")
	}
	top, c := start(t, Options{Backlog: 10_000})
	master, replica := c[0], c[1]
	sub := replica.Subscribe(t.Context(), "room")
	defer sub.Close()
	_, err := sub.Receive(t.Context())
	require.NoError(t, err)

	const writers, rounds = 6, 100
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() { write(t.Context(), master, w, rounds) })
	}
	seen := map[int]int{}
	for range writers * rounds {
		msg, err := sub.ReceiveMessage(t.Context())
		require.NoError(t, err)
		var w, i int
		fmt.Sscan(msg.Payload, &w, &i)
		require.Equal(t, seen[w], i, "writer %d's messages are in order", w)
		seen[w]++
	}
	wg.Wait()
	all(t, master, 2)
	want := contents(t, master)
	require.Len(t, want, 7+6)
	require.Equal(t, want, contents(t, c[1]))
	require.Equal(t, want, contents(t, c[2]))

	require.NoError(t, top.Kill(2))
	require.NoError(t, top.Restart(t.Context(), 2))
	require.Equal(t, want, contents(t, c[2]), "a copy is equal too")
}

func write(ctx context.Context, c *redis.Client, w, rounds int) {
	for i := range rounds {
		c.Set(ctx, fmt.Sprint("k", i%7), fmt.Sprint(w, "-", i), 0)
		c.RPush(ctx, "list", fmt.Sprint(w, "-", i))
		c.SAdd(ctx, "set", fmt.Sprint(w, "-", i), fmt.Sprint(w, "+", i))
		c.SPop(ctx, "set")
		c.HIncrBy(ctx, "hash", fmt.Sprint(i%5), int64(w))
		c.ZIncrBy(ctx, "zset", 0.1, fmt.Sprint(i%9))
		c.TxPipelined(ctx, func(p redis.Pipeliner) error {
			p.Append(ctx, "string", fmt.Sprint(w))
			p.XAdd(ctx, &redis.XAddArgs{Stream: "stream", Values: []any{"w", w}})
			p.Publish(ctx, "room", fmt.Sprint(w, " ", i))
			return nil
		})
	}
}
