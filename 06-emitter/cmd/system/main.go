// Command system runs the whole chat: a Redis master with two replicas, two
// chat nodes that are processes of their own, and a live map.
//
//	system [-redis auto|embedded|server] [-nodes 2] [-ports 3000,3001] [-redis-ports 6379,6380,6381] [-map 8080]
//
// It says ready when a client on each node has heard the other nodes and the
// emitter. Ctrl-C, SIGTERM and the word quit end everything in order, a second
// Ctrl-C at once.
//
// Exit codes: 0 the end; 1 it could not be started; 2 a bad flag.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/06-emitter/system"
)

const usage = `usage: system [flags]

Runs the whole chat: a Redis master, its replicas, chat nodes, and a live map. Ctrl-C ends everything.`

func main() {
	// The nodes are this program too, started again with this one word.
	if len(os.Args) == 2 && os.Args[1] == "node" {
		os.Exit(system.NodeMain())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program; its result is the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	o, err := parse(args, errOut)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err == nil:
		o.In, o.Out, o.Started = in, out, system.ProcessStart()
		err = o.Check()
	default:
		err = fmt.Errorf("%w: %w", system.ErrOption, err)
	}
	if err == nil {
		err = system.Run(system.WithParent(ctx), o)
	}
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, "system:", strings.TrimPrefix(err.Error(), system.ErrOption.Error()+": "))
	if errors.Is(err, system.ErrOption) {
		return 2
	}
	return 1
}

func parse(args []string, errOut io.Writer) (system.Options, error) {
	o := system.Options{
		RedisPorts: []int{6379, 6380, 6381},
		Ports:      []int{3000, 3001},
		MapPort:    8080,
	}
	var verbose, portsGiven bool
	var level slog.Level
	fs := flag.NewFlagSet("system", flag.ContinueOnError)
	fs.SetOutput(errOut)
	fs.StringVar(&o.Redis, "redis", "auto", "where Redis comes from: `auto`, embedded or server; auto: a server when redis-server or valkey-server is on the PATH")
	fs.Func("nodes", "`number` of chat nodes (default 2, or as many as -ports)", number(&o.Nodes, 1, 20))
	fs.Func("ports", "the nodes' `ports`; 0: a free one (default 3000,3001)", func(s string) error { portsGiven = true; return list(&o.Ports)(s) })
	fs.Func("redis-ports", "the `ports` of the master and of each replica; 0: a free one (default 6379,6380,6381)", list(&o.RedisPorts))
	fs.Func("map", "the live map's `port`; 0: no map (default 8080)", func(s string) error {
		if s == "" {
			s = "0"
		}
		return number(&o.MapPort, 0, 65535)(s)
	})
	fs.StringVar(&o.Host, "listen-host", "127.0.0.1", "`address` that the nodes listen on; 0.0.0.0 lets other machines in")
	fs.BoolVar(&verbose, "v", false, "show the nodes' logs, as -log-level info")
	fs.Func("log-level", "show the nodes' logs from this `level` on: debug (and Redis' own), info, warn or error (default: none)", func(s string) error {
		verbose = true
		if level.UnmarshalText([]byte(s)) != nil {
			return errors.New("want debug, info, warn or error")
		}
		return nil
	})
	if err := cmdline.Parse(fs, args, usage); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q: everything is a flag, see -h", fs.Arg(0))
	}
	if !portsGiven && o.Nodes > 0 {
		o.Ports = o.Ports[:min(len(o.Ports), o.Nodes)]
	}
	if verbose {
		o.Logs = &level
	}
	return o, nil
}

func number(n *int, least, most int) func(string) error {
	return func(s string) error {
		v, err := strconv.Atoi(s)
		if err != nil || v < least || v > most {
			return fmt.Errorf("want a whole number from %d to %d", least, most)
		}
		*n = v
		return nil
	}
}

func list(to *[]int) func(string) error {
	return func(s string) error {
		*to = nil
		for item := range strings.SplitSeq(s, ",") {
			port, err := strconv.Atoi(strings.TrimSpace(item))
			if err != nil {
				return errors.New("want ports with commas between, as in 3000,3001")
			}
			*to = append(*to, port)
		}
		return nil
	}
}
