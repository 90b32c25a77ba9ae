package node

import (
	"context"
	"log/slog"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	relay "example.com/redis-chat/05-distributed-relay"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	"example.com/redis-chat/labs/scale-out/sharded"
)

// findTime is how long a node asks where the slots are.
const findTime = 10 * time.Second

// runSharded is a node on a Redis Cluster. What cannot be had there is refused.
func runSharded(ctx context.Context, c relaynode.Config, s Sets, log *slog.Logger) error {
	switch {
	case s.Map != "":
		return cmdline.Usagef("-cluster with -map: a cluster says itself where its slots are, and lane move does not move them: leave one of both away")
	case len(c.Sentinels) > 0:
		return cmdline.Usagef("-cluster with SENTINELS: a cluster has none: leave one of both away")
	case c.RedisCert != "":
		return cmdline.Usagef("-cluster with REDIS_CERT: a node does not show a cluster its certificate: leave one of both away")
	}
	finding, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	shards, err := sharded.Find(finding, s.Cluster, c.Relay)
	if err != nil {
		return err
	}
	if err := shards.Check(s.Replica); err != nil {
		return err
	}
	return relaynode.RunWith(ctx, c, log, func(o relay.Options) relaynode.Relay { return sharded.New(shards, s.Replica, o) })
}
