// Topology runs a Redis master and its replicas in the foreground, until Ctrl-C.
//
//	topology [-redis auto|embedded|server] [-ports 6379,6380,6381] [-replicas 2] [-loglevel debug]
//
// It prints how to reach each server once all are proven to follow, and a line when that changes. A typed line breaks and mends:
// kill 1, restart 1, freeze 1, thaw 1, cut 1, mend 1, lag 1 200ms (0 is the master). It exits 1 when the servers cannot be
// started (a taken port), 2 for a mistake in its own arguments.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/peterbourgon/ff/v3"
	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
)

func main() {
	logging.Disable() // go-redis prints each failed dial; we say what matters
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)   // a second signal ends the program at once
	signal.Ignore(syscall.SIGPIPE) // of "topology | head": the servers are ended first
	ctx, deaf := context.WithCancel(ctx)
	out := &cmdline.Output{W: os.Stdout, Failed: deaf}
	o, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		err = errors.Join(run(ctx, o, os.Stdin, out), out.Err())
	}
	os.Exit(cmdline.Exit("topology", err, os.Stderr))
}

func parse(args []string, stderr io.Writer) (o topology.Options, err error) {
	fs := flag.NewFlagSet("topology", flag.ContinueOnError)
	fs.SetOutput(stderr)
	where := ""
	fs.Func("redis", "where Redis comes from: `auto` (a server when one is on the PATH, else embedded), embedded, or server (default $WORKBOOK_REDIS, else auto)", cmdline.OneOf(&where, "auto", "embedded", "server"))
	fs.Func("ports", "`ports`, the master's first (default 6379 and those that follow)", ports(&o.Ports))
	fs.Func("replicas", "`number` of replicas (default 2, or as many as -ports)", cmdline.Number(&o.Replicas, 1, maxReplicas))
	fs.Func("loglevel", "show the servers' logs at this `level`: debug, verbose, notice or warning", cmdline.OneOf(&o.LogLevel, "debug", "verbose", "notice", "warning"))
	const usage = "usage: topology [flags]   (each also in the environment: TOPOLOGY_PORTS …)"
	if err := cmdline.Parse(fs, args, usage, ff.WithEnvVarPrefix("TOPOLOGY")); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, cmdline.Usagef("%q: there are flags only; -h lists them", harmless.Value(fs.Arg(0)))
	}
	switch given := len(o.Ports); {
	case given == 0:
		o.Replicas = cmp.Or(o.Replicas, 2)
		for i := range o.Replicas + 1 {
			o.Ports = append(o.Ports, 6379+i)
		}
	case o.Replicas == 0:
		o.Replicas = given - 1
	case given != o.Replicas+1:
		return o, cmdline.Usagef("-ports names %d ports: want %d, for a master and %d replicas", given, o.Replicas+1, o.Replicas)
	}
	if where == "" {
		if where, err = launch.OwnFromEnv(); err != nil {
			return o, cmdline.Usagef("%w", err)
		}
	}
	if _, err := launch.FindServer(); where == "server" && err != nil {
		return o, fmt.Errorf("-redis server: %w; or take the embedded ones: -redis embedded", err)
	}
	o.Backend = backend(where)
	return o, nil
}

const maxReplicas = 100

// ports sets the ports of a master and of one replica or more.
func ports(to *[]int) func(string) error {
	return func(s string) error {
		var all []int
		for text := range strings.SplitSeq(s, ",") {
			n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
			if err != nil || n == 0 || slices.Contains(all, int(n)) {
				return errors.New("want different numbers from 1 to 65535, the master's first: 6379,6380,6381")
			}
			all = append(all, int(n))
		}
		if len(all) < 2 || len(all) > maxReplicas+1 {
			return fmt.Errorf("want the port of the master and of 1 to %d replicas: 6379,6380,6381", maxReplicas)
		}
		*to = all
		return nil
	}
}

func backend(where string) launch.Backend {
	if _, err := launch.FindServer(); where == "embedded" || where == "auto" && err != nil {
		return launch.Backend{Kind: launch.KindEmbedded}
	}
	return launch.Backend{Kind: launch.KindServer}
}

func run(ctx context.Context, o topology.Options, stdin io.Reader, stdout io.Writer) error {
	out := &lines{w: stdout}
	if o.LogLevel != "" {
		o.Log = out
		if o.Backend.Kind == launch.KindEmbedded {
			fmt.Fprintln(out, "The embedded servers keep no log; real ones do: -redis server.")
		}
	}
	began := time.Now()
	top, err := topology.Start(ctx, o)
	if ctx.Err() != nil {
		if err == nil {
			err = top.Close()
		} else {
			err = nil // Ctrl-C
		}
		return err
	}
	if err != nil {
		return err
	}
	describe(out, o, top, time.Since(began))
	typed := make(chan string)
	go readLines(ctx, stdin, typed)
	go obey(ctx, out, top, typed)
	watch(ctx, out, top.Addrs())
	fmt.Fprintln(out, "Ending the servers.")
	return top.Close()
}

// lines lets the servers' logs and our own lines share an output.
type lines struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
