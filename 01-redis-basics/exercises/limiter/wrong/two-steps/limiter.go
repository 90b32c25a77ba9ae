// Package limiter counts, and sets the key's end when the count is 1.
//
// The mistake: a program that dies between the two leaves a key that counts for ever.
// The test says: of Allow, and now the key never ends: alice is locked out for good
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
	tries, err := db.Incr(ctx, key).Result()
	if err != nil {
		return false, fmt.Errorf("count a try at %s: %w", key, err)
	}
	if tries == 1 {
		if err := db.Expire(ctx, key, window).Err(); err != nil {
			return false, fmt.Errorf("start the window of %s: %w", key, err)
		}
	}
	return tries <= int64(limit), nil
}
