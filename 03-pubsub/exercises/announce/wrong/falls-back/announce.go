// Package announce prefers the master, and takes another server when no master answers.
//
// The mistake: to publish at a replica is no fallback. Almost nobody hears it, and the caller believes that everybody did.
// The test says: the master is gone, and Announce says that it has published
package announce

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
)

// Announcer publishes announcements at a master and its replicas.
type Announcer struct{ servers []*redis.Client }

// New makes an Announcer that knows these servers.
func New(servers ...*redis.Client) *Announcer { return &Announcer{servers: servers} }

// Announce publishes the text on the channel.
func (a *Announcer) Announce(ctx context.Context, channel, text string) (at string, err error) {
	var masters, others []*redis.Client
	for _, server := range a.servers {
		if _, err := pubsub.Master(ctx, server); err == nil {
			masters = append(masters, server)
		} else {
			others = append(others, server)
		}
	}
	var refused []error
	for _, server := range append(masters, others...) {
		if err := server.Publish(ctx, channel, text).Err(); err != nil {
			refused = append(refused, fmt.Errorf("publish at %s: %w", server.Options().Addr, err))
			continue
		}
		return server.Options().Addr, nil
	}
	return "", errors.Join(refused...)
}
