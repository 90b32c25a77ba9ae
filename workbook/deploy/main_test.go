package deploy

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/redistest"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	keptnode "example.com/redis-chat/labs/no-message-lost/node"
	lanenode "example.com/redis-chat/labs/scale-out/node"
)

const (
	patience = 2 * time.Minute // it ends a hang, and says nothing about speed
	tick     = 10 * time.Millisecond
)

// The test program is a node, too, when it is told so, or one whose messages are kept, or one on lanes.
func TestMain(m *testing.M) {
	switch os.Getenv("RUN_NODE") {
	case "":
	case "kept":
		os.Exit(keptnode.Main(nil))
	case "lanes":
		run(func(ctx context.Context, c relaynode.Config) error {
			return lanenode.Run(ctx, c, lanenode.Sets{Map: os.Getenv("SETS")}, c.Logger())
		})
	default:
		run(func(ctx context.Context, c relaynode.Config) error { return relaynode.Run(ctx, c, c.Logger()) })
	}
	redistest.Main(m)
}

// run is the program of a node whose settings are in the environment.
func run(node func(context.Context, relaynode.Config) error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	var c relaynode.Config
	err := c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), nil)
	if err == nil {
		err = node(ctx, c)
	}
	os.Exit(cmdline.Exit("node", err, os.Stderr))
}
