// Command node is one node of the distributed chat: it publishes at the master
// and delivers what its own replica brings back.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"example.com/redis-chat/05-distributed-relay"
)

func main() {
	// The first signal ends the program in peace, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)

	config, err := configure(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(2)
	}
	if err := relay.RunNode(ctx, config, config.Logger()); err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		os.Exit(1)
	}
}

func configure(args []string) (relay.Config, error) {
	var c relay.Config
	return c, c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), args)
}
