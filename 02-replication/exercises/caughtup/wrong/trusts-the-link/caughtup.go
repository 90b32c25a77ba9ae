// Package caughtup waits until the replica says that its link is up.
//
// The mistake: a link that is up tells that the stream can flow, not how far it has.
// The test says: Await returns, as if it had caught up
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
	for {
		role, err := replication.ReadRole(ctx, replica)
		if err != nil {
			return fmt.Errorf("ask the replica %s: %w", replica.Options().Addr, err)
		}
		if role.Link == replication.Connected && role.Master == master.Options().Addr {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the replica %s: its link is down: %w", replica.Options().Addr, context.Cause(ctx))
		case <-time.After(5 * time.Millisecond): // else one waiter keeps the replica busy
		}
	}
}
