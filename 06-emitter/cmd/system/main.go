// Command system runs the whole chat: a Redis master with two replicas, two
// chat nodes that are processes of their own, and a live map.
//
//	system [-redis auto|embedded|server] [-nodes 2] [-ports 3000,3001] [-redis-ports 6379,6380,6381] [-map 8080] [-channel-prefix socket.io] [-open=false] [-sentinels 0] [-listen-host 127.0.0.1]
//
// With -sentinels 3 three Sentinels watch the servers, and make another one the master when the master is gone. That needs
// redis-server.
//
// What is about a node alone, as MAX_DELAY or RATE_PER_SECOND, is taken from the environment, for
// all nodes.
//
// It says ready when a client on each node has heard the other nodes and the
// emitter. Ctrl-C, SIGTERM and the word quit end everything in order, a second
// Ctrl-C at once.
//
// Exit codes: 0 the end; 1 it could not be started; 2 a bad flag.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/06-emitter/system"
	"example.com/redis-chat/06-emitter/system/child"
)

const usage = `usage: system [flags]

Runs the whole chat: a Redis master, its replicas, chat nodes, and a live map. Ctrl-C ends everything.`

func main() {
	// The nodes are this program too, started again with this one word.
	if len(os.Args) == 2 && os.Args[1] == "node" {
		os.Exit(system.NodeMain())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)   // a second signal ends the program at once
	signal.Ignore(syscall.SIGPIPE) // after "system | head" everything is still ended in order
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program; its result is the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	o, err := parse(args, errOut)
	if err == nil {
		o.In, o.Started = in, child.ProcessStart()
		o.Open = o.Open && cmdline.IsTerminal(out)
		err = canListen(o.Host)
	}
	if err == nil {
		ctx, deaf := context.WithCancel(ctx)
		heard := &cmdline.Output{W: out, Failed: deaf}
		o.Out = heard
		err = errors.Join(system.Run(child.WithParent(ctx), o), heard.Err())
	}
	return cmdline.Exit("system", err, errOut)
}

// canListen tries the address, before servers are started for nodes that could not
// listen there.
func canListen(host string) error {
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return fmt.Errorf("-listen-host %s: want an address of this machine: %w", host, err)
	}
	return l.Close()
}

func parse(args []string, errOut io.Writer) (system.Options, error) {
	o := system.Options{
		RedisPorts: []int{6379, 6380, 6381},
		Ports:      []int{3000, 3001},
		MapPort:    8080,
		Host:       "127.0.0.1",
	}
	sentinelPorts := []int{26379}
	var verbose, portsGiven bool
	var level slog.Level
	fs := flag.NewFlagSet("system", flag.ContinueOnError)
	fs.SetOutput(errOut)
	fs.Func("redis", "where Redis comes from: `auto`, embedded or server; auto: a server when redis-server or valkey-server is on the PATH (default $WORKBOOK_REDIS, else auto)", cmdline.OneOf(&o.Redis, "auto", "embedded", "server"))
	fs.Func("nodes", "`number` of chat nodes (default 2, or as many as -ports)", cmdline.Number(&o.Nodes, 1, 20))
	fs.Func("ports", "the nodes' `ports`; 0: a free one (default 3000,3001)", func(s string) error { portsGiven = true; return list(&o.Ports)(s) })
	fs.Func("redis-ports", "the `ports` of the master and of each replica; 0: a free one (default 6379,6380,6381)", list(&o.RedisPorts))
	fs.Func("sentinels", "`number` of Sentinels, which make another server the master when the master is gone; they need redis-server (default 0)", cmdline.Number(&o.Sentinels, 0, 9))
	fs.Func("sentinel-ports", "the Sentinels' `ports`; 0: a free one; the next ones follow (default 26379)", list(&sentinelPorts))
	fs.DurationVar(&o.DownAfter, "down-after", 500*time.Millisecond, "how long a server is silent until a Sentinel holds it to be down")
	fs.Func("map", "the live map's `port`; 0: no map (default 8080)", func(s string) error {
		if s == "" {
			s = "0"
		}
		return cmdline.Number(&o.MapPort, 0, 65535)(s)
	})
	fs.BoolVar(&o.Open, "open", true, "open the live map in this machine's browser, if there is a display and somebody at the terminal")
	fs.Func("listen-host", "`address` that the nodes listen on; 0.0.0.0 lets other machines in (default 127.0.0.1)", cmdline.Host(&o.Host))
	fs.BoolVar(&verbose, "v", false, "show the nodes' logs, as -log-level info")
	fs.Func("log-level", "show the nodes' logs from this `level` on: debug (and Redis' own), info, warn or error (default: none)", func(s string) error {
		verbose = true
		if level.UnmarshalText([]byte(s)) != nil {
			return errors.New("want debug, info, warn or error")
		}
		return nil
	})
	fs.Func("channel-prefix", "beginning of the channels' `names`, Socket.IO's key (default $CHANNEL_PREFIX, else socket.io)", wire.SetKey(&o.Key))
	if err := cmdline.Parse(fs, args, usage); err != nil {
		return o, err
	}
	if err := fromEnvironment(&o); err != nil {
		return o, cmdline.Usagef("%w", err)
	}
	if fs.NArg() > 0 {
		return o, cmdline.Usagef("unexpected argument %q: everything is a flag, as in -nodes=3, see -h", harmless.Value(fs.Arg(0)))
	}
	if !portsGiven && o.Nodes > 0 {
		o.Ports = o.Ports[:min(len(o.Ports), o.Nodes)]
	}
	if verbose {
		o.Logs = &level
	}
	if o.Sentinels > 0 {
		o.SentinelPorts = sentinelPorts
	}
	if last := o.Ports[len(o.Ports)-1]; last != 0 && last+o.Nodes-len(o.Ports) > 65535 {
		return o, cmdline.Usagef("-ports: the nodes after port %d would pass port 65535: name a port for each, or 0 for a free one", last)
	}
	if err := o.Check(); err != nil {
		return o, cmdline.Usagef("%s", strings.TrimPrefix(err.Error(), system.ErrOption.Error()+": "))
	}
	return o, nil
}

func fromEnvironment(o *system.Options) error {
	if os.Getenv("TOKEN_KEYS") != "" { // the clients by which it proves itself ready have no token
		return errors.New("TOKEN_KEYS is for nodes that are started one by one: this system lets everybody in; unset it")
	}
	if o.Redis == "" {
		where, err := launch.OwnFromEnv()
		if err != nil {
			return err
		}
		o.Redis = where
	}
	if o.Key == "" {
		return wire.KeyFromEnv(&o.Key, os.Getenv)
	}
	return nil
}

func list(to *[]int) func(string) error {
	return func(s string) error {
		var ports []int
		for item := range strings.SplitSeq(s, ",") {
			port, err := strconv.ParseUint(strings.TrimSpace(item), 10, 16)
			if err != nil {
				return errors.New("want ports from 0 to 65535 with commas between, as in 3000,3001")
			}
			ports = append(ports, int(port))
		}
		*to = ports
		return nil
	}
}
