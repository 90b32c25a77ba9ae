// Command prepare gets all that the workbook needs from the network, once. -stick puts it on a USB stick, too.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"example.com/redis-chat/workbook/prepare"
	"example.com/redis-chat/workbook/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// errUsage is in the error of a call that makes no sense.
var errUsage = errors.New("-h lists the flags")

// command gives the exit code: 0 prepared, 1 not, 2 a mistake in the call.
func command(ctx context.Context, args []string, out, errOut io.Writer) int {
	err := run(ctx, args, out)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, "prepare:", err)
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("prepare", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // or all flags are printed below a mistake
	stick := flags.String("stick", "", "the `folder` to hand out: the repository, its modules, the workbook and the slides as pages")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(out, "usage: prepare [flags]")
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil
	case err != nil:
		return fmt.Errorf("%w; %w", err, errUsage)
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q; %w", flags.Arg(0), errUsage)
	}
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	o := prepare.Options{Root: root, Out: out}
	if *stick != "" {
		if o.Stick, err = filepath.Abs(*stick); err != nil {
			return err
		}
	}
	return prepare.Run(ctx, o)
}
