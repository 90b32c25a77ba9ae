// Package announce publishes at each server, so that nobody misses it.
//
// The mistake: the replicas get it from the master too, and their listeners hear it twice.
// The test says: hears what was announced 2 times
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
		if role.Name != replication.Master {
			if err := server.Publish(ctx, channel, text).Err(); err != nil {
				return 0, fmt.Errorf("announce on %s at %s: %w", channel, server.Options().Addr, err)
			}
			continue
		}
		conn := server.Conn() // WAIT speaks of what its own connection has written
		defer conn.Close()
		if err := conn.Publish(ctx, channel, text).Err(); err != nil {
			return 0, fmt.Errorf("announce on %s at %s: %w", channel, server.Options().Addr, err)
		}
		// Not PUBLISH's own answer: it counts the listeners at the master.
		return replication.Wait(ctx, conn, len(role.Replicas), limit)
	}
	return 0, fmt.Errorf("announce on %s: %w", channel, ErrNoMaster)
}
