// Package caughtup tries again after an error.
//
// The mistake: when the context has ended, every command fails, and the loop goes on for ever.
// The test says: and the replica is late still: Await goes on waiting
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
		text, _ := replica.Info(ctx, "replication").Result() // it may answer the next time
		offset, _ := replication.InfoNumber(text, "slave_repl_offset")
		if offset >= role.Offset { // it may have processed more by now
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
}
