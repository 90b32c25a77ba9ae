// Check looks whether servers are one master and its replicas, and proves it by a write.
//
//	check HOST:PORT…
//
// It prints a table and what it did, and leaves no key behind. It exits 0 when all is well, and 2 for a mistake in its own
// arguments. When something is wrong it says so in a sentence on standard error, and exits 1. REDIS_USERNAME, REDIS_PASSWORD,
// REDIS_TLS=true, REDIS_CERT and REDIS_KEY are for all servers.
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
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/peterbourgon/ff/v3"
	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/harmless"
	replication "example.com/redis-chat/02-replication"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	logging.Disable() // go-redis prints what the report says anyway
	addrs, o, err := parse(args, stderr)
	if err != nil {
		return cmdline.Exit("check", err, stderr)
	}
	report := replication.Check(ctx, addrs, o)
	if ctx.Err() != nil {
		return cmdline.Exit("check", errors.New("interrupted"), stderr)
	}
	out := &cmdline.Output{W: stdout}
	write(out, report)
	for _, p := range report.Problems {
		fmt.Fprintln(stderr, "check:", harmless.Text(p))
	}
	if len(report.Problems) > 0 {
		return 1
	}
	return cmdline.Exit("check", out.Err(), stderr)
}

func parse(args []string, stderr io.Writer) (addrs []string, o replication.CheckOptions, err error) {
	fs := flag.NewFlagSet("check", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.StringVar(&o.Username, "redis-username", "", "`name` for all servers (REDIS_USERNAME)")
	fs.StringVar(&o.Password, "redis-password", "", "`password` for all servers (REDIS_PASSWORD)")
	fs.BoolFunc("redis-tls", "speak TLS with all servers (REDIS_TLS)", o.SetTLS)
	certFile := fs.String("redis-cert", "", "`file` with our own certificate, PEM, for servers that want one (REDIS_CERT)")
	keyFile := fs.String("redis-key", "", "`file` with its key (REDIS_KEY)")
	fs.Func("patience", "`time` that a replica may take to show a write (PATIENCE) (default 2s)", cmdline.Time(&o.Patience, time.Millisecond))
	const usage = "usage: check HOST:PORT…   the master and its replicas, in any order"
	if err := cmdline.Parse(fs, args, usage, ff.WithEnvVars()); err != nil {
		return nil, o, err
	}
	if err := o.SetCertificate(*certFile, *keyFile); err != nil {
		return nil, o, err
	}
	if addrs = fs.Args(); len(addrs) == 0 {
		return nil, o, cmdline.Usagef("name the servers: check HOST:PORT…, for example check 127.0.0.1:6379 127.0.0.1:6380")
	}
	for i, addr := range addrs {
		switch err := dial.CheckAddr(addr); {
		case strings.HasPrefix(addr, "-"):
			return nil, o, cmdline.Usagef("%q comes after a server: flags go first", harmless.Value(addr))
		case err != nil:
			return nil, o, cmdline.Usagef("%w", err)
		case slices.Contains(addrs[:i], addr):
			return nil, o, cmdline.Usagef("%s is named twice", addr)
		}
	}
	return addrs, o, nil
}

func write(w io.Writer, r replication.Report) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SERVER\tROLE\tLINK\tOFFSET\tLAG BYTES\tLAG MS")
	for _, s := range r.Servers {
		switch {
		case !s.Answered:
			fmt.Fprintf(table, "%s\t?\t-\t-\t-\t-\n", s.Addr)
		case s.Role.Name == replication.Master:
			fmt.Fprintf(table, "%s\tmaster\t%s\t%d\t-\t-\n", s.Addr, count(len(s.Role.Replicas)), s.Role.Offset)
		default:
			fmt.Fprintf(table, "%s\treplica\t%s\t%d\t%s\t%s\n", s.Addr, harmless.Text(s.Role.Link), s.Role.Offset, behind(s.LagBytes), millis(s.Lag))
		}
	}
	table.Flush()
	proof(w, r)
}

// proof shows what was done, and what came of it.
func proof(w io.Writer, r replication.Report) {
	proven := func(s replication.Server) bool { return s.Lag >= 0 || s.Refusal != "" }
	if !slices.ContainsFunc(r.Servers, proven) {
		if len(r.Problems) == 0 {
			fmt.Fprintln(w, "\nNo replica was named, so nothing was proven.")
		}
		return
	}
	for _, s := range r.Servers {
		if s.Role.Name == replication.Master {
			fmt.Fprintf(w, "\n%s> SET %s \"test-data\"\nOK\n", s.Addr, r.Key)
		}
	}
	for _, s := range r.Servers {
		if s.Lag >= 0 {
			fmt.Fprintf(w, "%s> GET %s\n\"test-data\"\n", s.Addr, r.Key)
		} else if s.Refusal != "" {
			fmt.Fprintf(w, "%s> GET %s\n(nil)\n", s.Addr, r.Key)
		}
		if s.Refusal != "" {
			fmt.Fprintf(w, "%s> SET %s:refused x\n(error) %s\n", s.Addr, r.Key, harmless.Text(s.Refusal))
		}
	}
}

func count(n int) string {
	if n == 1 {
		return "1 replica"
	}
	return fmt.Sprintf("%d replicas", n)
}

func behind(n int64) string {
	if n < 0 {
		return "?"
	}
	return strconv.FormatInt(n, 10)
}

func millis(d time.Duration) string {
	if d < 0 {
		return "-"
	}
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 2, 64)
}
