package node

import (
	"context"
	"log/slog"

	relay "example.com/redis-chat/05-distributed-relay"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	scaleout "example.com/redis-chat/labs/scale-out"
)

// Run is a whole node: see chapter 05's, whose options it takes.
func Run(ctx context.Context, c relaynode.Config, log *slog.Logger) error {
	return relaynode.RunWith(ctx, c, log, func(o relay.Options) relaynode.Relay { return scaleout.New(o) })
}
