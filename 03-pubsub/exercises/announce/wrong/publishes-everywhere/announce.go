// Package announce publishes at every server.
//
// The mistake: a replica passes on what its master gets, so its subscribers hear the announcement twice.
// The test says: "announcement 1" 2 times, want once
package announce

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Announcer publishes announcements at a master and its replicas.
type Announcer struct{ servers []*redis.Client }

// New makes an Announcer that knows these servers.
func New(servers ...*redis.Client) *Announcer { return &Announcer{servers: servers} }

// Announce publishes the text on the channel.
func (a *Announcer) Announce(ctx context.Context, channel, text string) (at string, err error) {
	var refused []error
	for _, server := range a.servers {
		if err := server.Publish(ctx, channel, text).Err(); err != nil {
			refused = append(refused, fmt.Errorf("publish at %s: %w", server.Options().Addr, err))
			continue
		}
		at = server.Options().Addr
	}
	return at, errors.Join(refused...)
}
