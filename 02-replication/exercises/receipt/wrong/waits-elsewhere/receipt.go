// Package receipt sends both commands by the client.
//
// The mistake: a client has many connections, and WAIT speaks of what its own has published. As long as nobody else uses the client, both
// commands happen to go over the same one.
// The test says: PUBLISH over one connection of the client, and WAIT over another
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
	if err := server.Publish(ctx, channel, text).Err(); err != nil {
		return 0, fmt.Errorf("publish at %s: %w", server.Options().Addr, err)
	}
	n, err := server.Wait(ctx, len(role.Replicas), limit).Result()
	if err != nil {
		return 0, fmt.Errorf("publish at %s within %v: %w", server.Options().Addr, limit, err)
	}
	return int(n), nil
}
