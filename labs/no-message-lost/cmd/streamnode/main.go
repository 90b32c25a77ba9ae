// Command streamnode is one node of a chat that loses no message: it adds to a stream at the master,
// and delivers what its own replica brings back, from where it was.
package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/labs/no-message-lost/node"
)

func main() {
	// The first signal ends the program in peace, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	var config node.Config
	err := config.Parse(flag.NewFlagSet("streamnode", flag.ContinueOnError), os.Args[1:])
	if err == nil {
		err = node.Run(ctx, config, config.Logger())
	}
	os.Exit(cmdline.Exit("streamnode", err, os.Stderr))
}
