// Command node is one node of the distributed chat: it publishes at the master
// and delivers what its own replica brings back.
package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/05-distributed-relay/node"
)

func main() {
	// The first signal ends the program in peace, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	config, err := configure(os.Args[1:])
	if err == nil {
		err = node.Run(ctx, config, config.Logger())
	}
	os.Exit(cmdline.Exit("node", err, os.Stderr))
}

func configure(args []string) (node.Config, error) {
	var c node.Config
	return c, c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), args)
}
