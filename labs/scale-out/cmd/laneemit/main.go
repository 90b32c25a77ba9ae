// Command laneemit sends one event to the clients of nodes on lanes, through the master of the set that has its lane.
//
//	laneemit [-map FILE | -redis 127.0.0.1:6379] [-to ROOM]… [-except ROOM]… [-wait 0] [-timeout 2s] [-channel-prefix socket.io] EVENT [DATA]
//
// DATA is JSON if it can be read as such, else a string. Credentials come from REDIS_USERNAME, REDIS_PASSWORD and REDIS_TLS=true, a certificate of
// our own from REDIS_CERT and REDIS_KEY.
//
// Exit codes: 0 published; 1 the set does not answer, or fewer than -wait of its replicas took it; 2 a bad flag or argument.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/05-distributed-relay/wire"
	emitter "example.com/redis-chat/06-emitter"
	"example.com/redis-chat/labs/scale-out/emitting"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

const usage = `usage: laneemit [-map FILE | -redis 127.0.0.1:6379] [-to ROOM]… [-except ROOM]… [-wait 0] [-timeout 2s] [-channel-prefix socket.io] EVENT [DATA]

Sends one event to the clients of nodes on lanes. DATA is JSON if it can be read as such, else a string.
What it prints says which set took the event, and counts replicas of that set, neither nodes nor clients.
Environment: REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS=true, REDIS_CERT, REDIS_KEY, CHANNEL_PREFIX.`

func main() {
	logging.Disable() // the error that run prints says the same
	os.Exit(cmdline.Exit("laneemit", run(os.Args[1:], os.Getenv, os.Stdout), os.Stderr))
}

// options are what the command line and the environment say.
type options struct {
	file, addr string
	to, except []string
	wait       int
	timeout    time.Duration
	key        string
	login      dial.Login
	event      string
	data       []any // none or one
}

func run(args []string, getenv func(string) string, out io.Writer) error {
	o, err := parse(args, getenv)
	if err != nil {
		return err
	}
	m := &lanemap.Map{Sets: []lanemap.Set{{Name: o.addr, Master: o.addr}}} // nodes without a map have one set
	if o.file != "" {
		if m, err = lanemap.Read(o.file); err != nil {
			return err
		}
	}
	e := emitting.New(emitting.Options{
		Map: m, Own: wire.OwnPrefix(o.key), Timeout: o.timeout,
		Client: func(addr string) *redis.Client { return redis.NewClient(o.login.Options(addr)) },
	}).To(o.to...).Except(o.except...).WaitFor(o.wait)
	defer e.Close()
	receipt, err := e.Emit(context.Background(), o.event, o.data...)
	for _, mistake := range []error{emitter.ErrEvent, emitter.ErrRoom, emitter.ErrArgument} {
		if errors.Is(err, mistake) {
			return cmdline.Usagef("%w", err)
		}
	}
	if err == nil || errors.Is(err, emitter.ErrTooFewReplicas) {
		_, writeErr := fmt.Fprintln(out, receipt)
		err = errors.Join(err, writeErr)
	}
	return err
}

func parse(args []string, getenv func(string) string) (o options, err error) {
	flags := flag.NewFlagSet("laneemit", flag.ContinueOnError)
	o.addr, o.timeout, o.key = "127.0.0.1:6379", 2*time.Second, wire.DefaultKey
	if err := wire.KeyFromEnv(&o.key, getenv); err != nil {
		return o, cmdline.Usagef("%w", err)
	}
	flags.StringVar(&o.file, "map", "", "`file` that says which lanes are at which set of servers (default: one master, redis)")
	flags.Func("redis", "`host:port` of the one master, without a map (default 127.0.0.1:6379)", cmdline.Addr(&o.addr))
	flags.Func("to", "a `room` whose members get it; may be repeated (default: everybody)", list(&o.to))
	flags.Func("except", "a `room` whose members do not get it; may be repeated", list(&o.except))
	flags.Func("wait", "exit 1 when fewer than `N` replicas of the set take it (default 0)", cmdline.Number(&o.wait, 0, 1e6))
	flags.Func("timeout", "the `time` that all may take, e.g. 500ms (default 2s)", cmdline.Time(&o.timeout, time.Millisecond))
	flags.Func("channel-prefix", "beginning of the channels' `names`, as the nodes' CHANNEL_PREFIX (default socket.io)", wire.SetKey(&o.key))
	if err := cmdline.Parse(flags, args, usage); err != nil {
		return o, err
	}
	if o.login, err = dial.LoginFromEnv(getenv); err != nil {
		return o, cmdline.Usagef("%w", err)
	}
	switch flags.NArg() {
	case 0:
		return o, cmdline.Usagef("name an EVENT, for example: laneemit -to lobby message 'Hello!'")
	case 1:
	case 2:
		o.data = []any{data(flags.Arg(1))}
	default:
		return o, cmdline.Usagef("%q is one argument too many: flags come before EVENT, and DATA is one argument in quotes", harmless.Value(flags.Arg(2)))
	}
	o.event = flags.Arg(0)
	return o, nil
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
