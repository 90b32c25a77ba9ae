// Package limiter counts and sets the key's end anew in each try.
//
// The mistake: whoever goes on trying is never allowed again.
// The test says: a further try changed the window's end
package limiter

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Allow counts a try, and tells whether it is one of the first limit tries of its window. The first try starts the window,
// which ends by itself: the try behind it starts the next one. Further tries, also those that are refused, do not make it
// longer. Key is the only key that Allow writes; it is one person's. A window is whole seconds, 1 or more.
//
// Any number of callers may try at the same time. The program may die at any moment, and its connection may break: never
// is there a key that does not end.
func Allow(ctx context.Context, db *redis.Client, key string, limit int, window time.Duration) (bool, error) {
	var tries *redis.IntCmd
	if _, err := db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		tries = p.Incr(ctx, key)
		p.Expire(ctx, key, window)
		return nil
	}); err != nil {
		return false, fmt.Errorf("count a try at %s: %w", key, err)
	}
	return tries.Val() <= int64(limit), nil
}
