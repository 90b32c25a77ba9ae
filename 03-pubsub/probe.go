package pubsub

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// WatchedThrough returns o with a channel of its own added, on which probes are published at master. A
// caller whose probes have a content sets Probe and ConfirmProbe instead.
//
// With MaxRetries -1 the client never sends a probe twice; with ContextTimeoutEnabled a probe ends with its
// context. The watch is right without either.
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
