// Package caughtup waits until the replica's offset is the master's.
//
// The mistake: between two looks the replica can go past it.
// The test says: Await goes on waiting for ever
package caughtup

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

// Await returns when replica has processed all that master had written when Await was called: it does not matter what is
// written later. It asks the master once and the replica as often as it takes, and writes nothing itself. When ctx ends
// first, its error is in the error, and so is how many bytes are missing.
func Await(ctx context.Context, master, replica *redis.Client) error {
	role, err := replication.ReadRole(ctx, master)
	if err != nil {
		return fmt.Errorf("ask the master %s: %w", master.Options().Addr, err)
	}
	for {
		text, err := replica.Info(ctx, "replication").Result()
		if err != nil {
			return fmt.Errorf("ask the replica %s: %w", replica.Options().Addr, err)
		}
		offset, _ := replication.InfoNumber(text, "slave_repl_offset")
		if offset == role.Offset {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the replica %s: %d bytes are missing: %w", replica.Options().Addr, role.Offset-offset, context.Cause(ctx))
		case <-time.After(5 * time.Millisecond): // else one waiter keeps the replica busy
		}
	}
}
