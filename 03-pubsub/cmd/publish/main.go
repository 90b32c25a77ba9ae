// Command publish publishes a message and says whom it reached.
//
//	publish [-redis host:port] [-n 1] [-same] [-rate 0] CHANNEL MESSAGE
//
// Credentials come from REDIS_USERNAME and REDIS_PASSWORD; REDIS_TLS=true speaks TLS, with the certificate
// in REDIS_CERT and REDIS_KEY if the server wants one.
// Exit codes: 0 published, 1 not, or nobody knows, 2 a mistake in the call.
package main

import (
	"context"
	"flag"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/dial"
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
	return cmdline.Exit("publish", err, stderr)
}

type options struct {
	redis            string
	login            dial.Login
	n                int
	same             bool
	rate             float64
	channel, message string
	patience         time.Duration // for an answer
}

// parse reads flags and environment; an error is a sentence for the user.
func parse(args []string, help io.Writer) (options, error) {
	o := options{redis: "127.0.0.1:6379", n: 1, patience: 2 * time.Second}
	f := flag.NewFlagSet("publish", flag.ContinueOnError)
	f.SetOutput(help)
	f.Func("redis", "publish at this server, a master: `host:port` (default 127.0.0.1:6379)", cmdline.Addr(&o.redis))
	f.Func("n", "so `many` messages; above 1, each gets its number at its end (default 1)", cmdline.Number(&o.n, 1, 1e9))
	f.BoolVar(&o.same, "same", false, "all messages are the same: none gets a number")
	f.Func("rate", "`messages` a second; 0: as fast as the server takes them (default 0)", cmdline.Rate(&o.rate, 0, 1e9))
	err := cmdline.Parse(f, args, "usage: publish [flags] CHANNEL MESSAGE")
	if err != nil {
		return o, err
	}
	if o.login, err = dial.LoginFromEnv(os.Getenv); err != nil {
		return o, err
	}
	switch {
	case f.NArg() != 2:
		return o, cmdline.Usagef("want two arguments, CHANNEL and MESSAGE, after the flags, not %d; quote what has spaces", f.NArg())
	case f.Arg(0) == "":
		return o, cmdline.Usagef(`CHANNEL "": want a name`)
	}
	o.channel, o.message = f.Arg(0), f.Arg(1)
	return o, nil
}
