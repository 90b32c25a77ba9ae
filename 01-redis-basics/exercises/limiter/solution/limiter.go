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
	//exercise:stub
	// return false, fmt.Errorf("Allow is not written yet")
	//exercise:solution
	// MULTI and EXEC: both, or, if the connection breaks, neither. In a mere pipeline the key could end between the two,
	// and INCR would create one that never ends. SET … EX … NX does nothing to a window that has begun.
	var tries *redis.IntCmd
	if _, err := db.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.SetNX(ctx, key, 0, window)
		tries = p.Incr(ctx, key)
		return nil
	}); err != nil {
		return false, fmt.Errorf("count a try at %s: %w", key, err)
	}
	return tries.Val() <= int64(limit), nil
	//exercise:end
}
