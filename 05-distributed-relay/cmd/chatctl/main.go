// Command chatctl is for whoever runs the chat: it lists who is connected, and asks somebody to leave.
//
//	chatctl [-admin URL]… list
//	chatctl [-admin URL]… [-for 10m] [-reason TEXT] [-id ID] [-name NAME] [-address IP] kick
//
// URL is a node's ADMIN_ADDR: http://127.0.0.1:9000, or unix:/run/chat/admin.sock. Each node is asked by itself, so name all of them. A token
// comes from ADMIN_TOKEN.
//
// Exit codes: 0 all nodes have answered; 1 one has not, and standard error says which; 2 a mistake in the call.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/04-websocket-chat/admin"
)

const usage = `usage: chatctl [-admin URL]… list
       chatctl [-admin URL]… [-for 10m] [-reason TEXT] [-id ID] [-name NAME] [-address IP] kick

Lists who is connected, or asks somebody to leave and to stay away. A node knows its own clients alone: name each node.
Environment: ADMIN_TOKEN.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// run is the program; its result is the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	callers, order, err := parse(args, getenv, stderr)
	if err != nil {
		return cmdline.Exit("chatctl", err, stderr)
	}
	out := &cmdline.Output{W: stdout}
	if order == nil {
		err = list(ctx, callers, out)
	} else {
		err = kick(ctx, callers, *order, out)
	}
	return cmdline.Exit("chatctl", errors.Join(err, out.Err()), stderr)
}

// parse reads the call; without an order it is list.
func parse(args []string, getenv func(string) string, help io.Writer) (callers []*admin.Caller, order *admin.Order, err error) {
	fs := flag.NewFlagSet("chatctl", flag.ContinueOnError)
	fs.SetOutput(help)
	var o admin.Order
	var wait time.Duration
	fs.Func("admin", "`URL` of a node's ADMIN_ADDR; may be repeated (default http://127.0.0.1:9000)", func(s string) error {
		c, err := admin.NewCaller(s, getenv("ADMIN_TOKEN"))
		callers = append(callers, c)
		return err
	})
	fs.Func("for", "kick: the `time` to stay away (default 10m)", cmdline.Time(&wait, time.Second))
	fs.StringVar(&o.Reason, "reason", "", "kick: a `text` that the client is shown")
	fs.StringVar(&o.ID, "id", "", "kick: the connection with this `id`, and its name at its address")
	fs.StringVar(&o.Name, "name", "", "kick: all of this `name`")
	fs.StringVar(&o.Address, "address", "", "kick: all from this `IP` address; of IPv6 its /64")
	if err := cmdline.Parse(fs, args, usage); err != nil {
		return nil, nil, err
	}
	if len(callers) == 0 {
		c, err := admin.NewCaller("http://127.0.0.1:9000", getenv("ADMIN_TOKEN"))
		if err != nil {
			return nil, nil, err
		}
		callers = append(callers, c)
	}
	if wait > 0 {
		o.For = wait.String()
	}
	whom := o.ID != "" || o.Name != "" || o.Address != ""
	switch {
	case fs.Arg(0) != "list" && fs.Arg(0) != "kick":
		return nil, nil, cmdline.Usagef("%q: want list or kick, behind the flags", harmless.Value(fs.Arg(0)))
	case fs.NArg() > 1:
		return nil, nil, cmdline.Usagef("%q comes after %s: flags go first, and nothing follows", harmless.Value(fs.Arg(1)), fs.Arg(0))
	case fs.Arg(0) == "list" && (whom || o.Reason != "" || o.For != ""):
		return nil, nil, cmdline.Usagef("list shows all: -id, -name, -address, -reason and -for are for kick")
	case fs.Arg(0) == "list":
		return callers, nil, nil
	case !whom:
		return nil, nil, cmdline.Usagef("kick whom? give -id, -name or -address")
	}
	return callers, &o, nil
}

// list prints a table, in the order in which nodes were named and clients came. Names are foreign text.
func list(ctx context.Context, callers []*admin.Caller, out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NODE\tID\tNAME\tROOMS\tADDRESS\tSINCE\tQUEUE\tMESSAGES")
	var errs []error
	for _, c := range callers {
		errs = append(errs, c.Clients(ctx, func(one admin.Client) {
			cells := []string{one.Node, one.ID, one.Name, strings.Join(one.Rooms, ", "), one.Address, one.Since.Format(time.RFC3339)}
			for i, cell := range cells {
				cells[i] = harmless.Text(cell)
			}
			fmt.Fprintf(table, "%s\t%d\t%d\n", strings.Join(cells, "\t"), one.Queue, one.Messages)
		}))
	}
	return errors.Join(append(errs, table.Flush())...)
}

// kick goes to every node, also when one does not answer.
func kick(ctx context.Context, callers []*admin.Caller, o admin.Order, out io.Writer) error {
	var errs []error
	for _, c := range callers {
		done, err := c.Kick(ctx, o)
		if errs = append(errs, err); err == nil {
			fmt.Fprintf(out, "%s: asked %d to leave; refused until %s\n", harmless.Text(done.Node), done.Kicked, done.Until.Format(time.RFC3339))
		}
	}
	return errors.Join(errs...)
}
