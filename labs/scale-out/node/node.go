package node

import (
	"context"
	"flag"
	"log/slog"

	"example.com/redis-chat/01-redis-basics/cmdline"
	relay "example.com/redis-chat/05-distributed-relay"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	scaleout "example.com/redis-chat/labs/scale-out"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// Sets says whether there are several sets of servers.
type Sets struct {
	Map     string // file; "": there is one master, as the relay's options say
	Replica int    // of each set, the node's own, from 1; 0: the masters
	Cluster string // host:port of a server of a Redis Cluster, whose sharded Pub/Sub carries the lanes; "": PUBLISH does
}

// Register adds the flags.
func (s *Sets) Register(fs *flag.FlagSet) {
	fs.StringVar(&s.Map, "map", "", "`file` that says which lanes are at which set of servers (default: one master, pub-host)")
	fs.Func("cluster", "`host:port` of any server of a Redis Cluster: lanes go by its sharded Pub/Sub (default: by PUBLISH)", cmdline.Addr(&s.Cluster))
	fs.Func("replica", "`number` of this node's own replica of each set, from 1 (default 0: the masters)", cmdline.Number(&s.Replica, 0, 1000))
}

// Run is a whole node: see chapter 05's, whose options it takes.
func Run(ctx context.Context, c relaynode.Config, s Sets, log *slog.Logger) error {
	if s.Cluster != "" {
		return runSharded(ctx, c, s, log)
	}
	if s.Map == "" {
		return relaynode.RunWith(ctx, c, log, func(o relay.Options) relaynode.Relay { return scaleout.New(o) })
	}
	m, err := lanemap.Read(s.Map)
	if err != nil {
		return err
	}
	if err := m.Check(s.Replica); err != nil {
		return err
	}
	return relaynode.RunWith(ctx, c, log, func(o relay.Options) relaynode.Relay { return scaleout.NewSets(m, s.Replica, o) })
}
