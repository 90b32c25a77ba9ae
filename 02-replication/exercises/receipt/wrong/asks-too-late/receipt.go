// Package receipt lets WAIT tell whether the server is a replica.
//
// The mistake: WAIT refuses at a replica, and the message is out by then.
// The test says: its listeners hear the message, and nobody else does
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
	conn := server.Conn()
	defer conn.Close()
	if err := conn.Publish(ctx, channel, text).Err(); err != nil {
		return 0, fmt.Errorf("publish at %s: %w", server.Options().Addr, err)
	}
	role, err := replication.ReadRole(ctx, conn)
	if err != nil {
		return 0, fmt.Errorf("publish at %s: %w", server.Options().Addr, err)
	}
	return replication.Wait(ctx, conn, len(role.Replicas), limit)
}
