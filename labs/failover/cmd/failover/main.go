// Command failover runs the lab's experiments, on real servers with Sentinels.
//
//	failover            all of them, one after the other (a minute)
//	failover NAME…      these; -h lists them, and the one flag
//
// Exit codes: 0; 1 it could not be run; 2 a bad flag or word.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9/logging"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/harmless"
	failover "example.com/redis-chat/labs/failover"
)

func main() {
	logging.Disable() // go-redis prints each refused connection
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(cmdline.Exit("failover", run(ctx, os.Args[1:], os.Stdout, os.Stderr), os.Stderr))
}

func usage() string {
	var b strings.Builder
	fmt.Fprintln(&b, "usage: failover [-down-after 500ms] [NAME…]\n\nRuns experiments with Sentinels, on real servers:")
	for _, e := range failover.Experiments() {
		fmt.Fprintf(&b, "\n  %-12s %s", e.Name, e.Question())
	}
	fmt.Fprintln(&b)
	return b.String()
}

func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	fs := flag.NewFlagSet("failover", flag.ContinueOnError)
	fs.SetOutput(errOut)
	var downAfter time.Duration
	fs.Func("down-after", "how long a pause is a death to the Sentinels, as a `time` (default 500ms; hasty: 100ms)", cmdline.Time(&downAfter, time.Millisecond))
	if err := cmdline.Parse(fs, args, usage()); err != nil {
		return err
	}
	all := failover.Experiments()
	chosen := all
	if fs.NArg() > 0 {
		chosen = nil
	}
	for _, name := range fs.Args() {
		i := slices.IndexFunc(all, func(e failover.Experiment) bool { return e.Name == name })
		if i < 0 {
			return cmdline.Usagef("there is no experiment %q: failover -h lists them", harmless.Value(name))
		}
		chosen = append(chosen, all[i])
	}
	for i, e := range chosen {
		if err := e.Possible(); err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(out)
		}
		e.Options.DownAfter = cmp.Or(downAfter, e.Options.DownAfter)
		fmt.Fprintf(out, "== %s\n   %s\n", e.Name, e.Question())
		if err := e.Run(ctx, out); err != nil {
			if ctx.Err() != nil {
				return errors.New("interrupted")
			}
			return err
		}
	}
	return nil
}
