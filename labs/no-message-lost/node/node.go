package node

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	relay "example.com/redis-chat/05-distributed-relay"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	streams "example.com/redis-chat/labs/no-message-lost"
)

// Config is what a node's program reads from flags and from the environment: chapter
// 05's, and what this lab adds.
type Config struct {
	relaynode.Config
	Streams streams.Options
	durable int
}

// Parse reads them all. What is wrong comes back as one sentence.
func (c *Config) Parse(fs *flag.FlagSet, args []string) error {
	var length int
	fs.Func("stream-length", "`messages` that Redis keeps, about (default 100000)", cmdline.Number(&length, 1000, 1<<30))
	fs.Func("stream-age", "for how `long` Redis keeps a message, about (default 1h)", cmdline.Time(&c.Streams.Age, time.Second))
	fs.Func("durable", "`replicas` that have to have a message before it is acknowledged (default 0)", cmdline.Number(&c.durable, 0, 100))
	if err := c.Config.Parse(fs, args); err != nil {
		return err
	}
	c.Streams.Length, c.Config.Relay.Durable = int64(length), c.durable
	return nil
}

// Main is the program of a node, with these arguments. Its result is the exit code.
func Main(args []string) int {
	// The first signal ends the program in peace, a second one at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	var c Config
	err := c.Parse(flag.NewFlagSet("streamnode", flag.ContinueOnError), args)
	if err == nil {
		err = Run(ctx, c, c.Logger())
	}
	return cmdline.Exit("streamnode", err, os.Stderr)
}

// Run is a whole node: see chapter 05's.
func Run(ctx context.Context, c Config, log *slog.Logger) error {
	return relaynode.RunWith(ctx, c.Config, log, func(o relay.Options) relaynode.Relay {
		return streams.New(o, c.Streams)
	})
}
