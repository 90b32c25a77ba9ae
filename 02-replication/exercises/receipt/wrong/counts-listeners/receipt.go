// Package receipt returns what PUBLISH answers.
//
// The mistake: PUBLISH at a master counts the listeners at the master, and knows nothing of replicas.
// The test says: three people listen at the master, replica 1 has the message, and replica 2 does not
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
	// First: a replica would take the message and keep it to itself, and WAIT says so when it is too late.
	role, err := replication.ReadRole(ctx, server)
	if err != nil {
		return 0, fmt.Errorf("publish at %s: %w", server.Options().Addr, err)
	}
	if role.Name != replication.Master {
		return 0, fmt.Errorf("publish at %s: %w; its master is %s", server.Options().Addr, replication.ErrReplica, role.Master)
	}
	heard, err := server.Publish(ctx, channel, text).Result()
	if err != nil {
		return 0, fmt.Errorf("publish at %s within %v: %w", server.Options().Addr, limit, err)
	}
	return int(heard), nil
}
