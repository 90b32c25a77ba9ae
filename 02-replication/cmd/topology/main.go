// Topology runs a Redis master and its replicas in the foreground, until Ctrl-C.
//
//	topology [-redis auto|embedded|server] [-ports 6379,6380,6381] [-replicas 2] [-loglevel debug]
//
// It prints how to reach each server once all are proven to follow, and a line when that changes. A typed line breaks and mends:
// kill 1, restart 1, freeze 1, thaw 1, cut 1, mend 1, lag 1 200ms (0 is the master). It exits 1 when the servers cannot be
// started (a taken port), 2 for a mistake in its own arguments.
package main

import (
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

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/cmdline"
	replication "example.com/redis-chat/02-replication"
)

func main() {
	logging.Disable() // go-redis prints each failed dial; we say what matters
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "topology:", err)
		os.Exit(2)
	}
	if err := run(ctx, o, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "topology:", err)
		os.Exit(1)
	}
}

func parse(args []string, stderr io.Writer) (o replication.Options, err error) {
	fs := flag.NewFlagSet("topology", flag.ContinueOnError)
	fs.SetOutput(stderr)
	where := fs.String("redis", "auto", "where Redis comes from: `auto` (a server when one is on the PATH, else embedded), embedded, or server")
	ports := fs.String("ports", "", "`ports`, the master's first (default 6379 and those that follow)")
	fs.IntVar(&o.Replicas, "replicas", 2, "`number` of replicas")
	fs.StringVar(&o.LogLevel, "loglevel", "", "show the servers' logs at this `level`: debug, verbose, notice or warning")
	const usage = "usage: topology [flags]   (each also in the environment: TOPOLOGY_PORTS …)"
	if err := cmdline.Parse(fs, args, usage, ff.WithEnvVarPrefix("TOPOLOGY")); err != nil {
		return o, err
	}
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	switch {
	case fs.NArg() > 0:
		return o, fmt.Errorf("%q: there are flags only; -h lists them", fs.Arg(0))
	case !slices.Contains([]string{"", "debug", "verbose", "notice", "warning"}, o.LogLevel):
		return o, fmt.Errorf("-loglevel %q: want debug, verbose, notice or warning", o.LogLevel)
	}
	if o.Ports, err = parsePorts(*ports); err != nil {
		return o, err
	}
	if given["ports"] && !given["replicas"] {
		o.Replicas = len(o.Ports) - 1
	}
	if o.Replicas < 1 || o.Replicas > 100 {
		return o, fmt.Errorf("%d replicas: want 1 to 100", o.Replicas)
	}
	for len(o.Ports) == 0 || !given["ports"] && len(o.Ports) <= o.Replicas {
		o.Ports = append(o.Ports, 6379+len(o.Ports))
	}
	if len(o.Ports) != o.Replicas+1 {
		return o, fmt.Errorf("-ports names %d ports: want %d, for a master and %d replicas", len(o.Ports), o.Replicas+1, o.Replicas)
	}
	o.Backend, err = backend(*where)
	return o, err
}

func parsePorts(s string) ([]int, error) {
	var ports []int
	for text := range strings.SplitSeq(s, ",") {
		if s == "" {
			break
		}
		n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 16)
		if err != nil || n == 0 || slices.Contains(ports, int(n)) {
			return nil, fmt.Errorf("-ports %q: want different numbers from 1 to 65535, the master's first: 6379,6380,6381", s)
		}
		ports = append(ports, int(n))
	}
	return ports, nil
}

func backend(where string) (basics.Backend, error) {
	_, err := basics.FindServer()
	switch {
	case where == "embedded", where == "auto" && err != nil:
		return basics.Backend{Kind: basics.KindEmbedded}, nil
	case where == "auto":
		return basics.Backend{Kind: basics.KindServer}, nil
	case where == "server":
		return basics.Backend{Kind: basics.KindServer}, nil
	}
	return basics.Backend{}, fmt.Errorf("-redis %q: want auto, embedded or server", where)
}

func run(ctx context.Context, o replication.Options, stdin io.Reader, stdout io.Writer) error {
	out := &lines{w: stdout}
	if o.LogLevel != "" {
		o.Log = out
		if o.Backend.Kind == basics.KindEmbedded {
			fmt.Fprintln(out, "The embedded servers keep no log; real ones do: -redis server.")
		}
	}
	began := time.Now()
	top, err := replication.Start(ctx, o)
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
