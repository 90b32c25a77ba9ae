// Command model says what a chat of 100,000, a million and ten million clients would need, by costs that were measured on one machine, and where it would break.
//
//	model [-room 20] [-every 60s] [-bytes 100] [-per-node 100000]
//
// Exit codes: 0 the table is printed; 2 a bad flag.
package main

import (
	"flag"
	"io"
	"os"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/labs/scale-out/model"
)

func main() { os.Exit(cmdline.Exit("model", run(os.Args[1:], os.Stdout), os.Stderr)) }

func run(args []string, out io.Writer) error {
	c, m := model.Talk, model.Usual
	room, perNode := int(c.Room), int(m.Clients)
	fs := flag.NewFlagSet("model", flag.ContinueOnError)
	fs.Func("room", "`number` of clients in each room (default 20)", cmdline.Number(&room, 2, 100_000))
	fs.Func("every", "`time` between two messages of a client (default 1m)", cmdline.Time(&c.Every, time.Second))
	fs.Func("bytes", "`number` of bytes of a message's text (default 100)", cmdline.Number(&c.Bytes, 1, 60_000))
	fs.Func("per-node", "`number` of clients that a node has at most (default 100000)", cmdline.Number(&perNode, 1000, 1_000_000))
	if err := cmdline.Parse(fs, args, "usage: model [-room 20] [-every 60s] [-bytes 100] [-per-node 100000]"); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return cmdline.Usagef("%q: there are flags only; -h lists them", harmless.Value(fs.Arg(0)))
	}
	c.Room, m.Clients = float64(room), float64(perNode)
	return model.Table(out, c, model.Measured, m)
}
