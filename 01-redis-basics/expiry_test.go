package basics_test

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
	t.Cleanup(func() { c.Del(context.WithoutCancel(ctx), key) })
	_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error { // many keys make expiry look rarely
		for i := range 1000 {
			p.Set(ctx, fmt.Sprint(key, i), "", time.Second)
		}
		return nil
	})
	require.NoError(t, err)
	for range 5 {
		start := time.Now()
		require.NoError(t, c.Set(ctx, key, "", 40*time.Millisecond).Err())
		var lived time.Duration
		require.Eventually(t, func() bool {
			lived = time.Since(start)
			return c.Exists(ctx, key).Val() == 0
		}, 5*time.Second, time.Millisecond)
		require.GreaterOrEqual(t, lived, 38*time.Millisecond, "not before its time")
	}
}
