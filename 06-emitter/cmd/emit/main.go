// Emit sends one event to the clients of every node, through the Redis master.
//
//	emit [-redis 127.0.0.1:6379] [-to ROOM]… [-except ROOM]… [-wait 0] [-timeout 2s] EVENT [DATA]
//
// DATA is JSON if it can be read as such, else a string. Credentials come from
// REDIS_USERNAME, REDIS_PASSWORD and REDIS_TLS=true.
//
// Exit codes: 0 published; 1 nobody answers, the address is a replica's, or
// fewer than -wait replicas took it; 2 a bad flag or argument.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/cmdline"
	emitter "example.com/redis-chat/06-emitter"
)

const usage = `usage: emit [-redis 127.0.0.1:6379] [-to ROOM]… [-except ROOM]… [-wait 0] [-timeout 2s] EVENT [DATA]

Sends one event to the clients of every node. DATA is JSON if it can be read as such, else a string.
What it prints counts replicas that have the event, neither nodes nor clients.
Environment: REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS=true.`

func main() {
	logging.Disable() // the error that run prints says it all
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// options are what the command line and the environment say.
type options struct {
	redis      redis.Options
	to, except []string
	wait       int
	timeout    time.Duration
	event      string
	data       []any // none or one
}

// errUsage ends the program with exit code 2.
var errUsage = errors.New("bad usage")

// run is the program; its result is the exit code.
func run(args []string, getenv func(string) string, out, errOut io.Writer) int {
	o, err := parse(args, getenv, errOut)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		err = emit(o, out)
	}
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, "emit:", err)
	for _, mistake := range []error{errUsage, emitter.ErrEvent, emitter.ErrRoom, emitter.ErrArgument} {
		if errors.Is(err, mistake) {
			return 2
		}
	}
	return 1
}

func emit(o options, out io.Writer) error {
	client := redis.NewClient(&o.redis)
	defer client.Close()
	e := emitter.New(client, emitter.Timeout(o.timeout)).To(o.to...).Except(o.except...).WaitFor(o.wait)
	defer e.Close()

	receipt, err := e.Emit(context.Background(), o.event, o.data...)
	if err == nil || errors.Is(err, emitter.ErrTooFewReplicas) {
		fmt.Fprintln(out, receipt)
	}
	return err
}

func parse(args []string, getenv func(string) string, errOut io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("emit", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.StringVar(&o.redis.Addr, "redis", "127.0.0.1:6379", "host:port of the master")
	flags.Func("to", "a `room` whose members get it; may be repeated (default: everybody)", list(&o.to))
	flags.Func("except", "a `room` whose members do not get it; may be repeated", list(&o.except))
	flags.IntVar(&o.wait, "wait", 0, "exit 1 when fewer than `N` replicas take it")
	flags.DurationVar(&o.timeout, "timeout", 2*time.Second, "how long all may take, e.g. 500ms")
	if err := cmdline.Parse(flags, args, usage); errors.Is(err, flag.ErrHelp) {
		return o, err
	} else if err != nil {
		return o, fmt.Errorf("%w: %w", errUsage, err)
	}
	switch err := basics.CheckAddr(o.redis.Addr); {
	case err != nil:
		return o, fmt.Errorf("%w: -redis %w", errUsage, err)
	case o.wait < 0:
		return o, fmt.Errorf("%w: -wait %d: want 0 or more", errUsage, o.wait)
	case o.timeout <= 0:
		return o, fmt.Errorf("%w: -timeout %v: want more than 0, e.g. 2s", errUsage, o.timeout)
	case flags.NArg() == 0:
		return o, fmt.Errorf("%w: name an EVENT, for example: emit message 'Hello!'", errUsage)
	case flags.NArg() > 2:
		return o, fmt.Errorf("%w: %q is one argument too many: flags come before EVENT, and DATA is one argument in quotes", errUsage, flags.Arg(2))
	}
	o.event = flags.Arg(0)
	if flags.NArg() == 2 {
		o.data = []any{data(flags.Arg(1))}
	}
	return o, credentials(&o.redis, getenv)
}

func list(to *[]string) func(string) error {
	return func(s string) error {
		*to = append(*to, s)
		return nil
	}
}

func data(text string) any {
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return text
}

func credentials(o *redis.Options, getenv func(string) string) error {
	o.Username, o.Password = getenv("REDIS_USERNAME"), getenv("REDIS_PASSWORD")
	text := getenv("REDIS_TLS")
	if text == "" {
		return nil
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		return fmt.Errorf("%w: REDIS_TLS=%q: want true or false", errUsage, text)
	}
	if on {
		host, _, _ := net.SplitHostPort(o.Addr)
		o.TLSConfig = &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	}
	return nil
}
