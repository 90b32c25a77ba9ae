package system

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	relay "example.com/redis-chat/05-distributed-relay"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
)

// NodeMain is the program of one node: chapter 05's, configured by the same
// environment, but its log is JSON, for the system to read. Its result is the
// exit code.
func NodeMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	var c relaynode.Config
	if err := c.Parse(flag.NewFlagSet("node", flag.ContinueOnError), nil); err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		return 2
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	c.Relay.Trace = &relay.Tracer{}
	go obey(os.Stdin, c.Relay.Trace, log) // ends with the program
	if err := relaynode.Run(ctx, c, log); err != nil {
		fmt.Fprintln(os.Stderr, "node:", err)
		return 1
	}
	return 0
}

// environment is a node's environment: ours, without every variable that a node reads,
// so that a PUB_PORT exported for chapter 05 does not lead it elsewhere; then the
// node's own variables.
func environment(settings map[string]string) ([]string, error) {
	fs := flag.NewFlagSet("node", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	var c relaynode.Config
	// With -h everything is declared, and nothing is read.
	if err := c.Parse(fs, []string{"-h"}); !errors.Is(err, flag.ErrHelp) {
		return nil, fmt.Errorf("what a node reads from the environment: %w", err)
	}
	reads := map[string]bool{}
	fs.VisitAll(func(f *flag.Flag) { reads[strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))] = true })
	var env []string
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); !reads[name] {
			env = append(env, entry)
		}
	}
	for name, value := range settings {
		if !reads[name] {
			return nil, fmt.Errorf("a node does not read %s", name)
		}
		env = append(env, name+"="+value)
	}
	return env, nil
}
