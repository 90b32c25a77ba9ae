// Command shares measures what eight nodes cost for a delivery, and what each of two sets carries: a table of eight rows, each of a system of its own.
//
//	shares [-rooms 125] [-every 1s] [-for 10s]
//
// It needs redis-server 7 or newer, and about three minutes. Exit codes: 0 the table is printed; 1 something could not be started; 2 a bad flag.
package main

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	"example.com/redis-chat/labs/scale-out/node"
	"example.com/redis-chat/labs/scale-out/shares"
)

func main() {
	logging.Disable() // go-redis prints each failed dial
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	// The nodes are this program too, started again with this one word.
	if len(os.Args) == 2 && os.Args[1] == "node" {
		os.Exit(cmdline.Exit("node", runNode(ctx), os.Stderr))
	}
	os.Exit(cmdline.Exit("shares", run(ctx, os.Args[1:]), os.Stderr))
}

func run(ctx context.Context, args []string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o := shares.Options{Command: []string{self, "node"}, Out: os.Stdout, Rooms: 125, Every: time.Second, For: 10 * time.Second}
	fs := flag.NewFlagSet("shares", flag.ContinueOnError)
	fs.Func("rooms", "`number` of rooms of each node (default 125)", cmdline.Number(&o.Rooms, 1, 10_000))
	fs.Func("every", "`time` between two messages in a room, about (default 1s)", cmdline.Time(&o.Every, time.Millisecond))
	fs.Func("for", "`time` that each row is measured (default 10s)", cmdline.Time(&o.For, time.Second))
	if err := cmdline.Parse(fs, args, "usage: shares [-rooms 125] [-every 1s] [-for 10s]"); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return cmdline.Usagef("%q: there are flags only; -h lists them", harmless.Value(fs.Arg(0)))
	}
	return shares.Run(ctx, o)
}

func runNode(ctx context.Context) error {
	var config relaynode.Config
	var sets node.Sets
	fs := flag.NewFlagSet("node", flag.ContinueOnError)
	sets.Register(fs)
	if err := config.Parse(fs, nil); err != nil {
		return err
	}
	if os.Getenv("KIND") == "everything" {
		return relaynode.Run(ctx, config, config.Logger())
	}
	return node.Run(ctx, config, sets, config.Logger())
}
