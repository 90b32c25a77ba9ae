package main

import (
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/02-replication/topology"
)

// describe prints how to reach the servers and what to do with them.
func describe(w io.Writer, o topology.Options, top topology.Topology, took time.Duration) {
	addrs := top.Addrs()
	kind, program, cli := "embedded", "", launch.CLI()
	if path, err := launch.FindServer(); err == nil {
		if program = filepath.Base(path); o.Backend.Kind == launch.KindServer {
			kind = program
		}
	}
	_, noCLI := exec.LookPath(cli)
	replicas := "1 replica"
	if n := len(addrs) - 1; n > 1 {
		replicas = fmt.Sprintf("%d replicas", n)
	}
	fmt.Fprintf(w, "A master and %s (%s), ready in %v: a message published at the master has reached each.\n\n",
		replicas, kind, took.Round(time.Millisecond))

	table := tabwriter.NewWriter(w, 2, 0, 3, ' ', 0)
	pids, _ := top.(interface{ PID(i int) int })
	for i, addr := range addrs {
		fmt.Fprintf(table, "  %s\t%s", role(i), addr)
		if noCLI == nil {
			fmt.Fprintf(table, "\t%s -p %s", cli, port(addr))
		}
		if pids != nil {
			fmt.Fprintf(table, "\tkill -9 %d", pids.PID(i))
		}
		fmt.Fprintln(table)
	}
	table.Flush()

	if noCLI == nil {
		fmt.Fprintf(w, "\nTry it:   %s -p %s set test test-data\n", cli, port(addrs[0]))
		fmt.Fprintf(w, "          %s -p %s get test\n", cli, port(addrs[1]))
	} else { // programs of chapter 03 do for a start
		fmt.Fprintf(w, "\nTry it:   go run ./03-pubsub/cmd/publish -redis %s room hi\n", addrs[0])
		fmt.Fprintf(w, "          go run ./03-pubsub/cmd/subscribe -redis %s room\n", addrs[1])
	}
	fmt.Fprintf(w, "Check it: go run ./02-replication/cmd/check %s\n", strings.Join(addrs, " "))
	fmt.Fprintln(w, "Break it: type kill 1, restart 1, freeze 1, thaw 1, cut 1 or mend 1 here (0 is the master)")
	if program != "" {
		fmt.Fprintln(w, "By hand instead, each in a terminal of its own:")
		for i := range addrs {
			fmt.Fprintf(w, "          %s\n", byHand(program, addrs, i))
		}
	}
	fmt.Fprintln(w, "Ctrl-C ends them all.")
}

// byHand is the command line that starts server i, in a folder of its own: a replica receives the keys as a file.
func byHand(program string, addrs []string, i int) string {
	line := fmt.Sprintf("%s --port %s --save '' --dir \"$(mktemp -d)\" --repl-diskless-sync no --loglevel debug", program, port(addrs[i]))
	if i > 0 {
		line += " --replicaof 127.0.0.1 " + port(addrs[0])
	}
	return line
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
