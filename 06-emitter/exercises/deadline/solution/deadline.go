// Package deadline emits, with a receipt that comes in time.
package deadline

import (
	"context"
	"errors"
	//exercise:stub
	//exercise:solution
	"fmt"
	//exercise:end
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	Margin  = 20 * time.Millisecond // for the way of WAIT's answer
	Longest = time.Second           // WAIT takes no longer, where the context has no deadline
	Unknown = -1                    // replicas, when nobody has said how many
)

// ErrNoReceipt says that it is published, so nothing is to be sent again.
var ErrNoReceipt = errors.New("it is published, but how many replicas have it is not known")

// Conn is one connection to a master, as redis.Conn is.
type Conn interface {
	Publish(ctx context.Context, channel string, message any) *redis.IntCmd
	Wait(ctx context.Context, replicas int, limit time.Duration) *redis.IntCmd
}

// Emit publishes a payload and returns how many replicas have it: as soon as so many as replicas have, or Margin before ctx's
// deadline. When it is published and there is no number, the error is ErrNoReceipt; before it is published, PUBLISH's.
func Emit(ctx context.Context, conn Conn, channel, payload string, replicas int) (reached int, err error) {
	//exercise:stub
	// if err := conn.Publish(ctx, channel, payload).Err(); err != nil {
	// 	return Unknown, err
	// }
	// n, err := conn.Wait(ctx, replicas, 0).Result()
	// return int(n), err
	//exercise:solution
	if err := conn.Publish(ctx, channel, payload).Err(); err != nil {
		return Unknown, fmt.Errorf("publish: %w", err)
	}
	limit := Longest
	if deadline, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(deadline)-Margin) // now: PUBLISH has taken its part
	}
	if limit < time.Millisecond {
		return Unknown, ErrNoReceipt // go-redis would send 0, and that is without end
	}
	n, err := conn.Wait(ctx, replicas, limit).Result()
	if err != nil {
		return Unknown, fmt.Errorf("%w: %w", ErrNoReceipt, err)
	}
	return int(n), nil
	//exercise:end
}
