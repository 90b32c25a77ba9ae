// Package announce publishes what all subscribers are to hear, wherever they are subscribed.
package announce

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
)

// Announcer publishes announcements at a master and its replicas.
type Announcer struct {
	servers []*redis.Client
	next    int // index of the server that is tried first
}

// New makes an Announcer that knows these servers, at least one: a master and its replicas, in any order. It does not own the
// clients: their owner closes them. Its methods are for one goroutine at a time.
func New(servers ...*redis.Client) *Announcer {
	return &Announcer{servers: servers}
}

// Announce publishes the text on the channel: every subscriber of the master and of its replicas gets it, once. It returns the
// host:port of the server where it published. An error says that nothing was published, or that nobody knows; it tells what each
// server said.
func (a *Announcer) Announce(ctx context.Context, channel, text string) (at string, err error) {
	var refused []error
	for i := range a.servers {
		server := a.servers[(a.next+i)%len(a.servers)]
		//exercise:stub
		// if err := server.Publish(ctx, channel, text).Err(); err != nil {
		// 	refused = append(refused, fmt.Errorf("publish at %s: %w", server.Options().Addr, err))
		// 	continue
		// }
		// a.next = (a.next + i + 1) % len(a.servers) // the next one, so that they share the load
		// return server.Options().Addr, nil
		//exercise:solution
		// A replica takes a PUBLISH without an error, and passes it on to nobody: messages travel from the master down.
		// So we ask before we publish, each time: a failover makes another server the master.
		if _, err := pubsub.Master(ctx, server); err != nil {
			refused = append(refused, err)
			continue
		}
		a.next = (a.next + i) % len(a.servers) // where the master was, it will be
		if err := server.Publish(ctx, channel, text).Err(); err != nil {
			return "", fmt.Errorf("publish at %s: %w", server.Options().Addr, err)
		}
		return server.Options().Addr, nil
		//exercise:end
	}
	return "", errors.Join(refused...)
}
