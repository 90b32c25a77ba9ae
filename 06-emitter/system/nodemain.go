package system

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"example.com/redis-chat/01-redis-basics/cmdline"
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
		return cmdline.Exit("node", err, os.Stderr)
	}
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel}))
	c.Relay.Trace = &relay.Tracer{}
	go obey(os.Stdin, c.Relay.Trace, log) // ends with the program
	return cmdline.Exit("node", relaynode.Run(ctx, c, log), os.Stderr)
}

// ours are variables that a node reads and gets from nobody but the system. It sets no value for some of them: its servers want
// no password, its nodes speak HTTP, and all of them cannot have profiles, or operators, at one address. Of the addresses it sets those of the
// Sentinels, or those of the servers.
var ours = []string{
	"REDIS_USERNAME", "REDIS_PASSWORD", "REDIS_TLS", "REDIS_CERT", "REDIS_KEY", "TLS_CERT", "TLS_KEY", "ADMIN_ADDR", "ADMIN_TOKEN", "PPROF_ADDR",
	"PUB_HOST", "PUB_PORT", "SUB_HOST", "SUB_PORT",
	"SENTINELS", "MASTER_NAME", "SUB_PREFER", "SENTINEL_USERNAME", "SENTINEL_PASSWORD",
}

// environment is a node's environment: the system's settings, and of our own environment
// all else. So a PUB_PORT that was exported for chapter 05 leads no node elsewhere, and a MAX_DELAY
// holds for all of them.
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
	for _, name := range slices.Concat(ours, slices.Sorted(maps.Keys(settings))) {
		if !reads[name] {
			return nil, fmt.Errorf("a node does not read %s", name)
		}
	}
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(ours, name)
	})
	for name, value := range settings {
		env = append(env, name+"="+value) // of two values os/exec takes the last
	}
	return env, nil
}
