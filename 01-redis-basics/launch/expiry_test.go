package launch_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestKeysExpireWithTheClock(t *testing.T) {
	ctx, c, key := t.Context(), redistest.Start(t), redistest.Prefix(t)+"typing"
	others := make([]string, 5000) // many keys make expiry look rarely
	for i := range others {
		others[i] = fmt.Sprint(key, i)
	}
	t.Cleanup(func() { c.Del(context.WithoutCancel(ctx), append(others, key)...) })
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, k := range others {
			p.Set(ctx, k, "", 0)
		}
		return nil
	})
	require.NoError(t, err)
	for range 5 {
		start := time.Now()
		require.NoError(t, c.Set(ctx, key, "", 40*time.Millisecond).Err())
		var lived time.Duration
		require.Eventually(t, func() bool {
			gone := c.Exists(ctx, key).Val() == 0
			lived = time.Since(start) // after the answer: a slow machine cannot make it too short
			return gone
		}, patience, time.Millisecond)
		require.GreaterOrEqual(t, lived, 39*time.Millisecond, "not before its time")
	}
}
