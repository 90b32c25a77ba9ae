// Command check proves what must hold for the whole repository: form, rules between
// the chapters, texts that are true. -list shows the checks, -only runs some of them, -except
// all but some.
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

	"example.com/redis-chat/workbook/checks"
	"example.com/redis-chat/workbook/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// errUsage is in the error of a call that makes no sense.
var errUsage = errors.New("-h lists the flags")

// command gives the exit code: 0 all holds, 1 something does not, 2 a mistake in the
// call. The chapters have a package for this; the workbook's programs do without it
// and its dependencies.
func command(ctx context.Context, args []string, out, errOut io.Writer) int {
	err := run(ctx, args, out)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage), errors.Is(err, checks.ErrNoSuchCheck):
		fmt.Fprintln(errOut, "check:", err)
		return 2
	}
	fmt.Fprintln(errOut, "check:", err)
	return 1
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // or all flags are printed below a mistake
	var names []string
	flags.Func("only", "`names` of the checks to run, separated by commas; default: all", func(list string) error {
		for name := range strings.SplitSeq(list, ",") {
			names = append(names, strings.TrimSpace(name))
		}
		return nil
	})
	var without []string
	flags.Func("except", "`names` of checks to leave out, separated by commas", func(list string) error {
		without = strings.Split(list, ",")
		return nil
	})
	list := flags.Bool("list", false, "list the checks")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(out, "usage: check [flags]")
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil
	case err != nil:
		return fmt.Errorf("%w; %w", err, errUsage)
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q: name checks by -only; %w", flags.Arg(0), errUsage)
	}
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	if *list {
		return printList(root, out)
	}
	if len(without) > 0 {
		if len(names) > 0 {
			return fmt.Errorf("-only and -except: want one of both; %w", errUsage)
		}
		if names, err = checks.Except(root, without); err != nil {
			return err
		}
	}
	tally, err := checks.Run(ctx, root, names, out)
	if errors.Is(err, checks.ErrNoSuchCheck) {
		return err
	}
	if appendErr := tally.Append(); err == nil {
		err = appendErr
	}
	fmt.Fprintln(out, tally)
	if err == nil && tally.Failed > 0 {
		err = fmt.Errorf("%d checks failed", tally.Failed)
	}
	return err
}

func printList(root string, out io.Writer) error {
	all, err := checks.All(root)
	for _, c := range all {
		if _, err := fmt.Fprintf(out, "%-20s  %s\n", c.Name, c.Rule); err != nil {
			return err
		}
	}
	return err
}
