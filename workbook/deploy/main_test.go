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
)

const (
	patience = 2 * time.Minute // it ends a hang, and says nothing about speed
	tick     = 10 * time.Millisecond
)

// The test program is a node, too, when it is told so, or one whose messages are kept.
func TestMain(m *testing.M) {
	switch os.Getenv("RUN_NODE") {
	case "":
	case "kept":
		os.Exit(keptnode.Main(nil))
	default:
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		context.AfterFunc(ctx, stop)
		var c relaynode.Config
		err := c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), nil)
		if err == nil {
			err = relaynode.Run(ctx, c, c.Logger())
		}
		os.Exit(cmdline.Exit("node", err, os.Stderr))
	}
	redistest.Main(m)
}
