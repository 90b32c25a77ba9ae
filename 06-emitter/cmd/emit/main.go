// Emit sends one event to the clients of every node, through the Redis master.
//
//	emit [-redis 127.0.0.1:6379 | -sentinels 127.0.0.1:26379,… [-master-name mymaster]] [-to ROOM]… [-except ROOM]… [-wait 0] [-timeout 2s] EVENT [DATA]
//
// DATA is JSON if it can be read as such, else a string. Credentials come from
// REDIS_USERNAME, REDIS_PASSWORD and REDIS_TLS=true, a certificate of our own from REDIS_CERT and REDIS_KEY. With SENTINELS, or its flag, Sentinels say where the master is.
//
// Exit codes: 0 published; 1 nobody answers, the server is a replica (or a Sentinel, or in a cluster), or
// fewer than -wait replicas took it; 2 a bad flag or argument.
package main

import (
	"cmp"
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
	"example.com/redis-chat/02-replication/sentinel"
	"example.com/redis-chat/05-distributed-relay/wire"
	emitter "example.com/redis-chat/06-emitter"
)

const usage = `usage: emit [-redis 127.0.0.1:6379 | -sentinels 127.0.0.1:26379,… [-master-name mymaster]] [-to ROOM]… [-except ROOM]… [-wait 0] [-timeout 2s] [-channel-prefix socket.io] EVENT [DATA]

Sends one event to the clients of every node. DATA is JSON if it can be read as such, else a string.
What it prints counts replicas that have the event, neither nodes nor clients.
Environment: REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS=true, REDIS_CERT, REDIS_KEY, CHANNEL_PREFIX, SENTINELS, MASTER_NAME.`

func main() {
	logging.Disable() // the error that run prints says the same
	os.Exit(run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// options are what the command line and the environment say.
type options struct {
	addr       string
	login      dial.Login
	sentinels  []string // instead of addr: who knows it
	masterName string
	to, except []string
	wait       int
	timeout    time.Duration
	key        string // "": the default
	event      string
	data       []any // none or one
}

// run is the program; its result is the exit code.
func run(args []string, getenv func(string) string, out, errOut io.Writer) int {
	o, err := parse(args, getenv, errOut)
	if err == nil {
		err = emit(o, out)
	}
	for _, mistake := range []error{emitter.ErrEvent, emitter.ErrRoom, emitter.ErrArgument} {
		if errors.Is(err, mistake) {
			err = cmdline.Usagef("%w", err)
		}
	}
	return cmdline.Exit("emit", err, errOut)
}

func emit(o options, out io.Writer) error {
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	if len(o.sentinels) > 0 {
		view, err := sentinel.Find(ctx, sentinel.Options{Addrs: o.sentinels, Name: o.masterName, TLS: o.login.Options("").TLSConfig})
		if err != nil {
			return err
		}
		o.addr = view.Master
	}
	settings := o.login.Options(o.addr)
	settings.DialTimeout = o.timeout // the way may be slow, or this machine with TLS
	client := redis.NewClient(settings)
	defer client.Close()
	e := emitter.New(client, emitter.Options{Timeout: o.timeout, Key: o.key}).To(o.to...).Except(o.except...).WaitFor(o.wait)
	defer e.Close()

	receipt, err := e.Emit(ctx, o.event, o.data...)
	if err == nil || errors.Is(err, emitter.ErrTooFewReplicas) {
		_, writeErr := fmt.Fprintln(out, result(receipt, o.addr))
		err = errors.Join(err, writeErr)
	}
	return err
}

// result is what the receipt says. A master without replicas may be somebody else's server, which takes everything: nothing
// else would tell.
func result(r emitter.Receipt, addr string) string {
	if r.Known == 0 {
		return fmt.Sprintf("%s: no replica follows %s; is it the right master?", r, addr)
	}
	return r.String()
}

func parse(args []string, getenv func(string) string, errOut io.Writer) (o options, err error) {
	flags := flag.NewFlagSet("emit", flag.ContinueOnError)
	flags.SetOutput(errOut)
	o.timeout = 2 * time.Second
	flags.Func("redis", "`host:port` of the master (default 127.0.0.1:6379)", cmdline.Addr(&o.addr))
	flags.Func("sentinels", "`addresses` of Sentinels, comma separated: they say where the master is", cmdline.Addrs(&o.sentinels))
	flags.StringVar(&o.masterName, "master-name", "", "`name` under which the Sentinels know the master (default mymaster)")
	flags.Func("to", "a `room` whose members get it; may be repeated (default: everybody)", list(&o.to))
	flags.Func("except", "a `room` whose members do not get it; may be repeated", list(&o.except))
	flags.Func("wait", "exit 1 when fewer than `N` replicas take it (default 0)", cmdline.Number(&o.wait, 0, 1e6))
	flags.Func("timeout", "the `time` that all may take, e.g. 500ms (default 2s)", cmdline.Time(&o.timeout, time.Millisecond))
	flags.Func("channel-prefix", "beginning of the channels' `names`, as the nodes' CHANNEL_PREFIX (default socket.io)", wire.SetKey(&o.key))
	if err := cmdline.Parse(flags, args, usage); err != nil {
		return o, err
	}
	if o.key == "" {
		if err := wire.KeyFromEnv(&o.key, getenv); err != nil {
			return o, cmdline.Usagef("%w", err)
		}
	}
	if o.login, err = dial.LoginFromEnv(getenv); err != nil {
		return o, err
	}
	if err := o.where(getenv); err != nil {
		return o, err
	}
	switch flags.NArg() {
	case 0:
		return o, cmdline.Usagef("name an EVENT, for example: emit message 'Hello!'")
	case 1, 2:
	default:
		return o, cmdline.Usagef("%q is one argument too many: flags come before EVENT, and DATA is one argument in quotes", harmless.Value(flags.Arg(2)))
	}
	o.event = flags.Arg(0)
	if flags.NArg() == 2 {
		o.data = []any{data(flags.Arg(1))}
	}
	return o, nil
}

// where decides between an address and the Sentinels. A flag counts more than a variable.
func (o *options) where(getenv func(string) string) error {
	if o.addr != "" && len(o.sentinels) > 0 {
		return cmdline.Usagef("both -redis and -sentinels are given: the Sentinels say where the master is; leave out the other")
	}
	if s := getenv("SENTINELS"); s != "" && o.addr == "" && len(o.sentinels) == 0 {
		if err := cmdline.Addrs(&o.sentinels)(s); err != nil {
			return cmdline.Usagef("SENTINELS %q: %w", harmless.Value(s), err)
		}
	}
	o.masterName = cmp.Or(o.masterName, getenv("MASTER_NAME"))
	o.addr = cmp.Or(o.addr, "127.0.0.1:6379")
	return nil
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
