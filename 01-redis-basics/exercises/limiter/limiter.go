// Package limiter keeps one person from writing too much.
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
	return false, fmt.Errorf("Allow is not written yet")
}
