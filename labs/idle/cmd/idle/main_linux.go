// Command idle measures what an idle connection costs a node: with a goroutine for each, and with a poller for all.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/labs/idle/lab"
)

func main() {
	// The first signal ends the program in peace, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	if lab.AskedToBeNode() {
		os.Exit(cmdline.Exit("idle", lab.RunNode(ctx), os.Stderr))
	}
	if lab.AskedToBeCrowd() {
		os.Exit(cmdline.Exit("idle", lab.RunCrowd(), os.Stderr))
	}
	os.Exit(cmdline.Exit("idle", run(ctx, os.Args[1:]), os.Stderr))
}

func run(ctx context.Context, args []string) error {
	fs := flag.NewFlagSet("idle", flag.ContinueOnError)
	conns, rounds, nodes, kind := 0, 1, 2, string(lab.Poller)
	fs.Func("conns", "idle `connections` (default 10000; of a million: 1000000)", cmdline.Number(&conns, 1, 10_000_000))
	fs.Func("rounds", "`times` that each kind of node is measured (default 1)", cmdline.Number(&rounds, 1, 1000))
	fs.Func("nodes", "of a million: `nodes`, each with a crowd of its own (default 2)", cmdline.Number(&nodes, 1, 1000))
	fs.Func("kind", "of a million: what `reads` at the nodes, poller or goroutines (default poller)", cmdline.OneOf(&kind, "poller", "goroutines"))
	if err := cmdline.Parse(fs, args, "idle [-conns 10000] [-rounds 1] compare\n       idle [-conns 1000000] [-nodes 2] [-kind poller] million"); err != nil {
		return err
	}
	switch fs.Arg(0) {
	case "compare":
		fmt.Println("Each kind of node in turn, in a process of its own; memory is read after 30 s of quiet.")
		return lab.Compare(ctx, os.Stdout, cmp.Or(conns, 10_000), rounds)
	case "million":
		return lab.Million(ctx, os.Stdout, lab.Kind(kind), nodes, cmp.Or(conns, 1_000_000))
	default:
		return cmdline.Usagef("want compare or million, not %q", harmless.Words(fs.Args()))
	}
}
