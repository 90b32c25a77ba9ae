// Package lag asks the master again for each replica.
//
// The mistake: with twenty replicas the busiest server of all answers twenty times a look.
// The test says: are to be asked by one command each, 3 in all
package lag

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

// Bytes returns, for each of the replicas and in their order, how many bytes of the master's stream it has not processed.
// It sends one command to each server, and no more. While messages are being published, a number may be too large by what
// came meanwhile; it is never below 0. An error of any server ends it.
func Bytes(ctx context.Context, master *redis.Client, replicas []*redis.Client) ([]int64, error) {
	lag := make([]int64, len(replicas))
	for i, r := range replicas {
		// Not ROLE: it says -1 while the link is down, and INFO goes on saying where the replica has stopped.
		text, err := r.Info(ctx, "replication").Result()
		if err != nil {
			return nil, fmt.Errorf("ask the replica %s: %w", r.Options().Addr, err)
		}
		offset, ok := replication.InfoNumber(text, "slave_repl_offset")
		if !ok {
			return nil, fmt.Errorf("ask the replica %s: it tells no offset: is it a master?", r.Options().Addr)
		}
		role, err := replication.ReadRole(ctx, master)
		if err != nil {
			return nil, fmt.Errorf("ask the master %s: %w", master.Options().Addr, err)
		}
		lag[i] = role.Offset - offset
	}
	return lag, nil
}
