// Command lanenode is one node of a chat on lanes: it hears the rooms that its clients are in.
package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"

	"example.com/redis-chat/01-redis-basics/cmdline"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	"example.com/redis-chat/labs/scale-out/node"
)

func main() {
	// The first signal ends the program in peace, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	var config relaynode.Config
	err := config.Parse(flag.NewFlagSet("lanenode", flag.ContinueOnError), os.Args[1:])
	if err == nil {
		err = node.Run(ctx, config, config.Logger())
	}
	os.Exit(cmdline.Exit("lanenode", err, os.Stderr))
}
