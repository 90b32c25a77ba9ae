// Package announce returns PUBLISH's answer.
//
// The mistake: PUBLISH at a master counts the listeners at the master, and knows nothing of replicas.
// The test says: want the number of replicas that have it, 2
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
		heard, err := server.Publish(ctx, channel, text).Result()
		if err != nil {
			return 0, fmt.Errorf("announce on %s at %s within %v: %w", channel, server.Options().Addr, limit, err)
		}
		return int(heard), nil
	}
	return 0, fmt.Errorf("announce on %s: %w", channel, ErrNoMaster)
}
