package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/redis/go-redis/v9"

	basics "example.com/redis-chat/01-redis-basics"
	replication "example.com/redis-chat/02-replication"
)

// describe prints how to reach the servers and what to do with them.
func describe(w io.Writer, o replication.Options, top replication.Topology, took time.Duration) {
	addrs := top.Addrs()
	kind, program := "embedded", "redis-server"
	if o.Backend.Kind == basics.KindServer {
		if path, err := basics.FindServer(); err == nil {
			kind, program = path, filepath.Base(path)
		}
	}
	replicas := "1 replica"
	if n := len(addrs) - 1; n > 1 {
		replicas = fmt.Sprintf("%d replicas", n)
	}
	fmt.Fprintf(w, "A master and %s (%s), ready in %v: a message published at the master has reached each.\n\n",
		replicas, kind, took.Round(time.Millisecond))

	table := tabwriter.NewWriter(w, 2, 0, 3, ' ', 0)
	pids, _ := top.(interface{ PID(i int) int })
	for i, addr := range addrs {
		fmt.Fprintf(table, "  %s\t%s\tredis-cli -p %s", role(i), addr, port(addr))
		if pids != nil {
			fmt.Fprintf(table, "\tkill -9 %d", pids.PID(i))
		}
		fmt.Fprintln(table)
	}
	table.Flush()

	fmt.Fprintf(w, "\nTry it:   redis-cli -p %s set test test-data\n", port(addrs[0]))
	fmt.Fprintf(w, "          redis-cli -p %s get test\n", port(addrs[1]))
	fmt.Fprintf(w, "Check it: go run ./02-replication/cmd/check %s\n", strings.Join(addrs, " "))
	fmt.Fprintln(w, "By hand instead, each in a terminal of its own:")
	for i := range addrs {
		fmt.Fprintf(w, "          %s\n", byHand(program, addrs, i))
	}
	fmt.Fprintln(w, "Ctrl-C ends them all.")
}

// byHand is the command line that starts server i.
func byHand(program string, addrs []string, i int) string {
	line := fmt.Sprintf("%s --port %s --save '' --repl-diskless-sync no --loglevel debug", program, port(addrs[i]))
	if i > 0 {
		line += " --replicaof 127.0.0.1 " + port(addrs[0])
	}
	return line
}

// watch prints a line when a server's role or link is another than before. It asks twice a second, until ctx ends.
func watch(ctx context.Context, w io.Writer, addrs []string) {
	clients := make([]*redis.Client, len(addrs))
	last := make([]string, len(addrs))
	for i, addr := range addrs {
		clients[i] = redis.NewClient(&redis.Options{
			Addr: addr, MaxRetries: -1, DialerRetries: 1,
			DialTimeout: 300 * time.Millisecond, ReadTimeout: 300 * time.Millisecond, ContextTimeoutEnabled: true,
		})
		defer clients[i].Close()
	}
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		for i, c := range clients {
			now := state(ctx, c)
			if ctx.Err() != nil {
				return
			}
			if now != last[i] && last[i] != "" {
				fmt.Fprintf(w, "%s %s (%s): %s\n", time.Now().Format("15:04:05.0"), addrs[i], role(i), now)
			}
			last[i] = now
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func state(ctx context.Context, c *redis.Client) string {
	r, err := replication.ReadRole(ctx, c)
	switch {
	case err != nil:
		return "does not answer"
	case r.Name == replication.Master:
		return fmt.Sprintf("master, %d linked", len(r.Replicas))
	case r.Link == replication.Connected:
		return "linked to its master"
	}
	return "no link to its master (" + r.Link + ")"
}

func role(i int) string {
	if i == 0 {
		return "master"
	}
	return fmt.Sprint("replica ", i)
}

func port(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
