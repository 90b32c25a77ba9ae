// Command idle measures what an idle connection costs a node: with a goroutine for each, and with a poller for all.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/labs/idle/lab"
)

func main() {
	// The first signal ends the program in peace, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	if lab.AskedToBeNode() {
		os.Exit(cmdline.Exit("idle", lab.RunNode(ctx), os.Stderr))
	}
	os.Exit(cmdline.Exit("idle", run(ctx, os.Args[1:]), os.Stderr))
}

func run(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("idle", flag.ContinueOnError)
	conns := fs.Int("conns", 10_000, "idle `connections`")
	rounds := fs.Int("rounds", 1, "`times` that each kind of node is measured")
	if err := cmdline.Parse(fs, args, "idle [-conns 10000] [-rounds 1]"); err != nil {
		return err
	}
	fmt.Println("Each kind of node in turn, in a process of its own; memory is read after 30 s of quiet.")
	return lab.Compare(ctx, os.Stdout, *conns, *rounds)
}
