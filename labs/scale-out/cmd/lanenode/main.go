// Command lanenode is one node of a chat on lanes: it hears the rooms that its clients are in.
//
//	lanenode                         at one master: PUB_HOST, PUB_PORT, SUB_HOST, SUB_PORT, as chapter 05's node
//	lanenode -map FILE -replica 1    at several sets of servers, with the first replica of each for its own
//	lanenode -cluster HOST:PORT -replica 1    on a Redis Cluster, by its sharded Pub/Sub
//
// All else is as with chapter 05's node.
package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"

	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/cmdline"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	"example.com/redis-chat/labs/scale-out/node"
)

func main() {
	logging.Disable() // go-redis prints each failed dial, here before the node runs
	// The first signal ends the program in peace, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	var config relaynode.Config
	var sets node.Sets
	fs := flag.NewFlagSet("lanenode", flag.ContinueOnError)
	sets.Register(fs)
	err := config.Parse(fs, os.Args[1:])
	if err == nil {
		err = node.Run(ctx, config, sets, config.Logger())
	}
	os.Exit(cmdline.Exit("lanenode", err, os.Stderr))
}
