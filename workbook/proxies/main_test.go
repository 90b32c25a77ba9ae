package proxies

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/redistest"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
)

// The test program is a node, too, when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv("RUN_NODE") != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		context.AfterFunc(ctx, stop)
		var c relaynode.Config
		err := c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), nil)
		if err == nil {
			err = relaynode.Run(ctx, c, c.Logger())
		}
		os.Exit(cmdline.Exit("node", err, os.Stderr))
	}
	// Tests wait more than they compute.
	flag.Set("test.parallel", strconv.Itoa(4*runtime.GOMAXPROCS(0)))
	redistest.Main(m)
}
