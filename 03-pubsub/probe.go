package pubsub

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// WatchedThrough returns o with a channel of its own added, on which probes are published at master. Who has
// something to say in a probe sets Probe and ConfirmProbe instead.
//
// For a probe never to be sent twice the client should have MaxRetries -1; for it to end with its context,
// ContextTimeoutEnabled. Neither is needed for the watch to be right.
func (o Options) WatchedThrough(master *redis.Client) Options {
	own := "probe:" + rand.Text()
	o.Channels = append(o.Channels[:len(o.Channels):len(o.Channels)], own)
	o.ConfirmProbe = func(channel, _ string) bool { return channel == own }
	o.Probe = func(ctx context.Context) error {
		if err := master.Publish(ctx, own, "").Err(); err != nil {
			return fmt.Errorf("publish a probe at %s: %w", master.Options().Addr, err)
		}
		return nil
	}
	return o
}
