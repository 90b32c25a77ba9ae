// Package pool lets nobody else emit between PUBLISH and WAIT.
//
// The mistake: a lock keeps two commands together in time, and not on one connection. Who else uses the client knows nothing
// of the lock.
// The test says: PUBLISH goes over one connection, and WAIT over another
package pool

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

var one sync.Mutex

// Emit publishes a payload at client's server, which is a master, and returns how many of its replicas have processed it: as
// soon as so many as replicas have it, or when limit is over; a millisecond or more. Others use client at the same time.
func Emit(ctx context.Context, client *redis.Client, channel, payload string, replicas int, limit time.Duration) (reached int, err error) {
	one.Lock()
	defer one.Unlock()
	if err := client.Publish(ctx, channel, payload).Err(); err != nil {
		return 0, fmt.Errorf("publish: %w", err)
	}
	n, err := client.Wait(ctx, replicas, limit).Result()
	if err != nil {
		return 0, fmt.Errorf("ask how many replicas have it: %w", err)
	}
	return int(n), nil
}
