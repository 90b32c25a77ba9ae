// Command subscribe prints what is published on channels and patterns, and tells what happens to the
// subscription.
//
//	subscribe [-redis host:port] [-master host:port] [-lang en|ja] [-count N] [-pattern PATTERN]… [CHANNEL]…
//
// Messages go to standard output, what happens to the subscription to standard error, marked with a star.
// Credentials come from REDIS_USERNAME and REDIS_PASSWORD. Ctrl-C ends it.
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
	"strings"
	"syscall"
	"time"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/cmdline"
	pubsub "example.com/redis-chat/03-pubsub"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "subscribe:", err)
		os.Exit(2)
	}
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type options struct {
	redis, master      string
	username, password string
	language           string
	count              int
	probe              time.Duration
	channels, patterns []string
}

// parse reads flags and environment; an error is a sentence for the user.
func parse(args []string, help io.Writer) (options, error) {
	o := options{username: os.Getenv("REDIS_USERNAME"), password: os.Getenv("REDIS_PASSWORD")}
	f := flag.NewFlagSet("subscribe", flag.ContinueOnError)
	f.SetOutput(help)
	f.StringVar(&o.redis, "redis", "127.0.0.1:6379", "subscribe at this server, a master or a replica")
	f.StringVar(&o.master, "master", "", "publish probes here, to notice when -redis, a replica, has gone silent\n(default: -redis itself when it is a master; no watch when it is a replica)")
	f.StringVar(&o.language, "lang", pubsub.English, "language of the line for each message, en or ja")
	f.IntVar(&o.count, "count", 0, "end after so many messages (default: never)")
	f.DurationVar(&o.probe, "probe", 250*time.Millisecond, "time between probes; three without one coming back is silence")
	f.Func("pattern", "subscribe to every channel that matches, such as 'news.*'; may be given several times", func(s string) error {
		o.patterns = append(o.patterns, s)
		return nil
	})
	if err := cmdline.Parse(f, args, "usage: subscribe [flags] CHANNEL…"); err != nil {
		return o, err
	}
	o.channels = f.Args()
	for _, arg := range o.channels {
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && f.Lookup(name) != nil {
			return o, fmt.Errorf("-%s comes after a channel: flags go first", name)
		}
	}
	if err := basics.CheckAddr(o.redis); err != nil {
		return o, fmt.Errorf("-redis %w", err)
	}
	if err := basics.CheckAddr(cmp.Or(o.master, o.redis)); err != nil {
		return o, fmt.Errorf("-master %w", err)
	}
	switch {
	case len(o.channels)+len(o.patterns) == 0:
		return o, errors.New(`nothing to subscribe to: name a channel ("I am subscriber") or a pattern (-pattern 'news.*')`)
	case o.language != pubsub.English && o.language != pubsub.Japanese:
		return o, fmt.Errorf("-lang %q: want en or ja", o.language)
	case o.count < 0:
		return o, fmt.Errorf("-count %d: want a number of messages, or 0 for no end", o.count)
	case o.probe <= 0:
		return o, fmt.Errorf("-probe %v: want a time above zero, such as 250ms", o.probe)
	}
	return o, nil
}
