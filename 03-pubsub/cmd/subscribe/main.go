// Command subscribe prints what is published on channels and patterns, and tells what happens to the
// subscription.
//
//	subscribe [-redis host:port] [-master host:port] [-lang en|ja] [-count N] [-pattern PATTERN]… [CHANNEL]…
//
// Messages go to standard output, what happens to the subscription to standard error, marked with a star.
// Credentials come from REDIS_USERNAME and REDIS_PASSWORD; REDIS_TLS=true speaks TLS, with the certificate in REDIS_CERT
// and REDIS_KEY if the server wants one. Ctrl-C ends it.
// Exit codes: 0 the end, 1 a mistake that waiting cannot mend, such as a wrong password, 2 one in the call.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/dial"
	pubsub "example.com/redis-chat/03-pubsub"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// command gives the exit code.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if err == nil {
		err = run(ctx, o, stdout, stderr)
	}
	return cmdline.Exit("subscribe", err, stderr)
}

type options struct {
	redis, master      string
	login              dial.Login
	language           string
	count              int
	probe              time.Duration
	patience           time.Duration // for an answer; twice that for a subscription
	channels, patterns []string
}

// parse reads flags and environment; an error is a sentence for the user.
func parse(args []string, help io.Writer) (options, error) {
	o := options{redis: "127.0.0.1:6379", language: pubsub.English, probe: 250 * time.Millisecond, patience: time.Second}
	f := flag.NewFlagSet("subscribe", flag.ContinueOnError)
	f.SetOutput(help)
	f.Func("redis", "subscribe at this server, a master or a replica: `host:port` (default 127.0.0.1:6379)", cmdline.Addr(&o.redis))
	f.Func("master", "publish probes at this `host:port`, to notice when -redis, a replica, has gone silent\n(default: -redis itself when it is a master; no watch when it is a replica)", cmdline.Addr(&o.master))
	f.Func("lang", "`language` of the line for each message, en or ja (default en)", cmdline.OneOf(&o.language, pubsub.English, pubsub.Japanese))
	f.Func("count", "end after so `many` messages; 0: never (default 0)", cmdline.Number(&o.count, 0, 1e9))
	f.Func("probe", "`time` between probes; three without one coming back is silence (default 250ms)", cmdline.Time(&o.probe, time.Millisecond))
	f.Func("pattern", "subscribe to every channel that matches, such as 'news.*'; may be given several times", func(s string) error {
		if s == "" {
			return errors.New("want a pattern, such as 'news.*'")
		}
		o.patterns = append(o.patterns, s)
		return nil
	})
	err := cmdline.Parse(f, args, "usage: subscribe [flags] CHANNEL…")
	if err != nil {
		return o, err
	}
	if o.login, err = dial.LoginFromEnv(os.Getenv); err != nil {
		return o, err
	}
	o.channels = f.Args()
	for _, arg := range o.channels {
		name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case arg == "":
			return o, cmdline.Usagef(`CHANNEL "": want a name`)
		case strings.HasPrefix(arg, "-") && f.Lookup(name) != nil:
			return o, cmdline.Usagef("-%s comes after a channel: flags go first", name)
		}
	}
	if len(o.channels)+len(o.patterns) == 0 {
		return o, cmdline.Usagef(`nothing to subscribe to: name a channel ("I am subscriber") or a pattern (-pattern 'news.*')`)
	}
	return o, nil
}
