// Package announce returns how many replicas are linked to the master.
//
// The mistake: a link that is up says nothing about what has gone over it.
// The test says: replica 1 is linked and late, and does not have the message; replica 2 has it
package announce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

// ErrNoMaster is in the error of Announce when none of the servers is a master. Then nothing was published.
var ErrNoMaster = errors.New("none of these servers is a master")

// Announce publishes text on channel, so that the listeners at all servers hear it once. The servers are a master and its
// replicas, in any order. It returns how many replicas have the message: as soon as all that are linked have it, or when
// limit, a millisecond or more, is over.
func Announce(ctx context.Context, servers []*redis.Client, channel, text string, limit time.Duration) (replicas int, err error) {
	for _, server := range servers {
		role, err := replication.ReadRole(ctx, server)
		if err != nil {
			return 0, fmt.Errorf("announce on %s: ask %s: %w", channel, server.Options().Addr, err)
		}
		if role.Name != replication.Master { // it would take the message, and keep it to itself
			continue
		}
		if err := server.Publish(ctx, channel, text).Err(); err != nil {
			return 0, fmt.Errorf("announce on %s at %s within %v: %w", channel, server.Options().Addr, limit, err)
		}
		return len(role.Replicas), nil
	}
	return 0, fmt.Errorf("announce on %s: %w", channel, ErrNoMaster)
}
