// Package limiter reads the count, decides, and counts then.
//
// The mistake: fifty callers read the same number, and all of them are below the limit.
// The test says: of 50 tries at the same time exactly the limit
package limiter

import (
	"context"
	"errors"
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
	before, err := db.Get(ctx, key).Int()
	if err != nil && !errors.Is(err, redis.Nil) {
		return false, fmt.Errorf("read the tries at %s: %w", key, err)
	}
	if before >= limit {
		return false, nil
	}
	if _, err := db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.SetNX(ctx, key, 0, window)
		p.Incr(ctx, key)
		return nil
	}); err != nil {
		return false, fmt.Errorf("count a try at %s: %w", key, err)
	}
	return true, nil
}
