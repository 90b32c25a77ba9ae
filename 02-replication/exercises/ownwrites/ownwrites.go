// Package ownwrites lets people read at replicas, and see what they themselves have written.
package ownwrites

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Session is what we remember of one person. The zero value is somebody who has written nothing. One goroutine at a time
// may use it.
type Session struct {
	Offset int64 // of the master's stream, in bytes: whoever has processed so much has all that this person has written
}

// Set writes a value at the master, and remembers how far a replica must be to have it.
func (s *Session) Set(ctx context.Context, master *redis.Client, key, value string) error {
	return fmt.Errorf("Set is not written yet")
}

// Get reads a value where this person sees all that they have written: at the first replica that has it, and only if none
// has, at the master. A replica that does not answer is passed over. The error is redis.Nil when there is no such key.
func (s *Session) Get(ctx context.Context, master *redis.Client, replicas []*redis.Client, key string) (string, error) {
	return "", fmt.Errorf("Get is not written yet")
}
