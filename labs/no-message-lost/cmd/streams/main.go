// Command streams runs the lab as a whole: a Redis master with two replicas, and two nodes on a stream, each with the chat page.
//
//	streams [-redis auto|embedded|server] [-ports 3000,3001] [-redis-ports 6379,6380,6381]
//
// It says ready when both nodes deliver. What is typed breaks and mends: kill 1, restart 1, kill b, start b. Ctrl-C and quit end everything.
//
// Exit codes: 0 the end; 1 it could not be started; 2 a bad flag.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/06-emitter/system/child"
	"example.com/redis-chat/labs/no-message-lost/node"
	"example.com/redis-chat/labs/no-message-lost/together"
)

const usage = `usage: streams [flags]

Runs a Redis master, two replicas, and two chat nodes that keep messages on a stream. Ctrl-C ends everything.`

func main() {
	// The nodes are this program too, started again with this one word.
	if len(os.Args) == 2 && os.Args[1] == "node" {
		os.Exit(node.Main(nil))
	}
	logging.Disable() // go-redis prints each refused connection
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	o, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		o.In, o.Out = os.Stdin, os.Stdout
		err = together.Run(child.WithParent(ctx), o)
	}
	os.Exit(cmdline.Exit("streams", err, os.Stderr))
}

func parse(args []string, errOut io.Writer) (together.Options, error) {
	o := together.Options{Ports: []int{3000, 3001}, RedisPorts: []int{6379, 6380, 6381}}
	where := "auto"
	fs := flag.NewFlagSet("streams", flag.ContinueOnError)
	fs.SetOutput(errOut)
	fs.Func("redis", "where Redis comes from: `auto` (a server when one is on the PATH, else embedded), embedded, or server", cmdline.OneOf(&where, "auto", "embedded", "server"))
	fs.Func("ports", "the nodes' two `ports`; 0: a free one (default 3000,3001)", ports(&o.Ports, 2))
	fs.Func("redis-ports", "the `ports` of the master and of two replicas; 0: a free one (default 6379,6380,6381)", ports(&o.RedisPorts, 3))
	if err := cmdline.Parse(fs, args, usage); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, cmdline.Usagef("%q: there are flags only; -h lists them", harmless.Value(fs.Arg(0)))
	}
	o.Backend.Kind = launch.KindServer
	if _, err := launch.FindServer(); where == "embedded" || where == "auto" && err != nil {
		o.Backend.Kind = launch.KindEmbedded
	}
	self, err := os.Executable()
	o.Node = []string{self, "node"}
	return o, err
}

func ports(to *[]int, many int) func(string) error {
	return func(s string) error {
		var all []int
		for item := range strings.SplitSeq(s, ",") {
			port, err := strconv.ParseUint(strings.TrimSpace(item), 10, 16)
			if err != nil {
				return errors.New("want ports from 0 to 65535 with commas between")
			}
			all = append(all, int(port))
		}
		if len(all) != many {
			return errors.New("want " + strconv.Itoa(many) + " ports with commas between")
		}
		*to = all
		return nil
	}
}
