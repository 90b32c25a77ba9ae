// Package pool emits, and asks how many replicas have it.
package pool

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Emit publishes a payload at client's server, which is a master, and returns how many of its replicas have processed it: as
// soon as so many as replicas have it, or when limit is over; a millisecond or more. Others use client at the same time.
func Emit(ctx context.Context, client *redis.Client, channel, payload string, replicas int, limit time.Duration) (reached int, err error) {
	if err := client.Publish(ctx, channel, payload).Err(); err != nil {
		return 0, fmt.Errorf("publish: %w", err)
	}
	n, err := client.Wait(ctx, replicas, limit).Result()
	if err != nil {
		return 0, fmt.Errorf("ask how many replicas have it: %w", err)
	}
	return int(n), nil
}
