// Package lag takes all offsets from the master's list of replicas.
//
// The mistake: a replica whose link is down is not in the list, and one that is there acknowledges once a second.
// The test says: the link of replica 2 was cut, and then five messages of 35 bytes were published
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
	role, err := replication.ReadRole(ctx, master)
	if err != nil {
		return nil, fmt.Errorf("ask the master %s: %w", master.Options().Addr, err)
	}
	for i, r := range replicas {
		for _, listed := range role.Replicas {
			if listed.Addr == r.Options().Addr {
				lag[i] = role.Offset - listed.Offset
			}
		}
	}
	return lag, nil
}
