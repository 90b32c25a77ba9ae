// Talk is a line client of the chat: what is typed is sent, what arrives is printed.
//
//	talk [-name N] [-room R] [-token T] [-history N] [-json] URL…
//
// Each flag is a variable, too: give a token as TALK_TOKEN, which ps does not show, or as the path of a file behind @, which
// is read anew for each connection.
//
// What arrives goes to standard output, what happens to the connection to standard error. With several URLs it goes
// to the next one when a node is gone. It ends on end of input, when every line has been acknowledged, and on Ctrl-C.
// To listen only, give it an input that stays open: tail -f /dev/null | talk URL
//
// Exit codes: 0 the end, and standard error names each line that was not acknowledged; 1 nobody is there, or the token lets
// nobody in; 2 a bad flag, name or room.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/peterbourgon/ff/v3"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/talk"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program; its result is the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	o, err := parse(args, errOut)
	if err == nil {
		o.In, o.Out, o.Err = in, out, errOut
		err = talk.Run(ctx, o)
	}
	var refused *client.RefusedError
	if errors.As(err, &refused) && refused.Status == http.StatusBadRequest {
		err = cmdline.Usagef("%w", err)
	}
	return cmdline.Exit("talk", err, errOut)
}

const usage = `usage: talk [-name N] [-room R] [-token T] [-json] URL…

Sends each line that is typed, prints what arrives. With several URLs it goes to the next when a node is gone.
Each flag is a variable too: -token is TALK_TOKEN, which ps does not show.`

func parse(args []string, help io.Writer) (o talk.Options, err error) {
	flags := flag.NewFlagSet("talk", flag.ContinueOnError)
	flags.SetOutput(help)
	flags.StringVar(&o.Name, "name", "", "your `name`, 1 to 32 characters (default: the node makes one up)")
	flags.StringVar(&o.Room, "room", "", "the `room`, 1 to 64 bytes (default: the node's, lobby)")
	flags.Func("token", "the `token` that lets you in, or @/path of a file with it, where the node wants one (default: none)", cmdline.Secret(bring(&o)))
	flags.Func("history", "`messages` of the room to begin with, where the nodes keep them (default none)", cmdline.Number(&o.History, 0, 1000))
	flags.BoolVar(&o.JSON, "json", false, "print frames as they are, one a line")
	if err := cmdline.Parse(flags, args, usage, ff.WithEnvVarPrefix("TALK")); err != nil {
		return o, err
	}
	if o.URLs = flags.Args(); len(o.URLs) == 0 {
		return o, cmdline.Usagef("give the URL of a node, for example: talk http://127.0.0.1:3000")
	}
	for _, url := range o.URLs {
		if strings.HasPrefix(url, "-") {
			return o, cmdline.Usagef("%s stands where a URL is expected: flags go before the URLs", harmless.Value(url))
		}
		if err := client.CheckURL(url); err != nil {
			return o, cmdline.Usagef("%w", err)
		}
	}
	return o, nil
}
