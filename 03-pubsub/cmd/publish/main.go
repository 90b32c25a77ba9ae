// Command publish publishes a message and says whom it reached.
//
//	publish [-redis host:port] [-n 1] [-rate 0] CHANNEL MESSAGE
//
// Credentials come from REDIS_USERNAME and REDIS_PASSWORD.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/cmdline"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "publish:", err)
		os.Exit(2)
	}
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type options struct {
	redis              string
	username, password string
	n                  int
	rate               float64
	channel, message   string
}

// parse reads flags and environment; an error is a sentence for the user.
func parse(args []string, help io.Writer) (options, error) {
	o := options{username: os.Getenv("REDIS_USERNAME"), password: os.Getenv("REDIS_PASSWORD")}
	f := flag.NewFlagSet("publish", flag.ContinueOnError)
	f.SetOutput(help)
	f.StringVar(&o.redis, "redis", "127.0.0.1:6379", "publish at this server, a master")
	f.IntVar(&o.n, "n", 1, "so many messages; above 1, each gets its number at its end")
	f.Float64Var(&o.rate, "rate", 0, "messages a second (default: as fast as the server takes them)")
	if err := cmdline.Parse(f, args, "usage: publish [flags] CHANNEL MESSAGE"); err != nil {
		return o, err
	}
	switch {
	case f.NArg() != 2:
		return o, fmt.Errorf("want two arguments, CHANNEL and MESSAGE, after the flags, not %d; quote what has spaces", f.NArg())
	case o.n < 1:
		return o, fmt.Errorf("-n %d: want a number of messages, 1 or more", o.n)
	case !(o.rate >= 0 && o.rate <= 1e9):
		return o, fmt.Errorf("-rate %v: want messages a second, or 0 for as fast as the server takes them", o.rate)
	}
	if err := basics.CheckAddr(o.redis); err != nil {
		return o, fmt.Errorf("-redis %w", err)
	}
	o.channel, o.message = f.Arg(0), f.Arg(1)
	return o, nil
}
