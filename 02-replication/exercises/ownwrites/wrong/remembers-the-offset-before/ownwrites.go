// Package ownwrites asks for the offset, and then writes.
//
// The mistake: a replica that has processed so much has all but the write.
// The test says: do not have it yet: Get returns "away"
package ownwrites

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	replication "example.com/redis-chat/02-replication"
)

// Session is what we remember of one person. The zero value is somebody who has written nothing. One goroutine at a time
// may use it.
type Session struct {
	Offset int64 // of the master's stream, in bytes: whoever has processed so much has all that this person has written
}

// Set writes a value at the master, and remembers how far a replica must be to have it.
func (s *Session) Set(ctx context.Context, master *redis.Client, key, value string) error {
	role, err := replication.ReadRole(ctx, master)
	if err != nil {
		return fmt.Errorf("set %s: %w", key, err)
	}
	s.Offset = role.Offset
	if err := master.Set(ctx, key, value, 0).Err(); err != nil {
		return fmt.Errorf("set %s: %w", key, err)
	}
	return nil
}

// Get reads a value where this person sees all that they have written: at the first replica that has it, and only if none
// has, at the master. A replica that does not answer is passed over. The error is redis.Nil when there is no such key.
func (s *Session) Get(ctx context.Context, master *redis.Client, replicas []*redis.Client, key string) (string, error) {
	for _, replica := range replicas {
		text, err := replica.Info(ctx, "replication").Result()
		if err != nil {
			continue // another one answers, or the master
		}
		if offset, ok := replication.InfoNumber(text, "slave_repl_offset"); !ok || offset < s.Offset {
			continue
		}
		value, err := replica.Get(ctx, key).Result()
		if err == nil || errors.Is(err, redis.Nil) { // a replica that has it says also what is not there
			return value, err
		}
	}
	return master.Get(ctx, key).Result()
}
