package pubsub

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

// Master asks client's server for its role, before anything is published there, and again before anybody is
// told whom it reached: a failover may have come between. The error is replication.ErrReplica for a replica,
// and names the server to go to; ErrSentinel or ErrCluster for what carries no messages to replicas.
func Master(ctx context.Context, client *redis.Client) (replication.Role, error) {
	role, err := replication.ReadRole(ctx, client)
	if err == nil {
		err = replication.CheckMode(ctx, client, role)
	}
	if err != nil {
		return role, fmt.Errorf("publish at %s: %w", client.Options().Addr, err)
	}
	if role.Name == replication.Replica {
		return role, fmt.Errorf("publish at %s: %w: only its own subscribers would get the message; publish at its master, %s",
			client.Options().Addr, replication.ErrReplica, role.Master)
	}
	return role, nil
}

// Reached makes a sentence of PUBLISH's reply, which counts the subscribers of that very server: those of
// its replicas get the message too, and are not in the number.
func Reached(receivers int64, role replication.Role) string {
	var s string
	switch {
	case receivers == 1:
		s = "1 receiver at this server"
	case receivers > 1:
		s = fmt.Sprintf("%d receivers at this server", receivers)
	case len(role.Replicas) == 0:
		return "0 receivers: nobody is subscribed at this server, and no replica is linked to it"
	default:
		s = "0 receivers at this server"
	}
	switch n := len(role.Replicas); n {
	case 0:
		return s
	case 1:
		return s + "; it passes the message on to its replica, whose subscribers PUBLISH does not count"
	default:
		return fmt.Sprintf("%s; it passes the message on to its %d replicas, whose subscribers PUBLISH does not count", s, n)
	}
}
