// Command test runs the tests of the whole workspace, embedded and on a real
// redis-server when there is one, and counts them. Its arguments go to go test;
// without any, every package of go.work is tested.
//
// Two flags, which must come first, are its own: -rounds runs it all so often, -busy
// runs so many loops beside it that each want a core.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"example.com/redis-chat/workbook/suite"
	"example.com/redis-chat/workbook/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// command gives the exit code: 0 all tests pass, 1 some do not, 2 a mistake in the
// call. Mistakes in the arguments are for go test to report.
func command(ctx context.Context, args []string, out, errOut io.Writer) int {
	err := run(ctx, args, out, errOut)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, "test:", strings.ReplaceAll(err.Error(), "\n", "; "))
	if errors.Is(err, suite.ErrBackend) || errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

// errUsage is in the error of a flag of this program with a wrong value.
var errUsage = errors.New("want a number from 1 to 1000")

// ownFlags takes this program's flags, in the form -name=5, from the front of the
// arguments. The rest is for go test, whose flags are none of our business. So
// package flag cannot do this: it refuses flags that it does not know.
func ownFlags(args []string, flags map[string]*int) (rest []string, err error) {
	for i, arg := range args {
		name, text, _ := strings.Cut(arg, "=")
		value, isOurs := flags[name]
		if !isOurs {
			return args[i:], nil
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1000 {
			return nil, fmt.Errorf("%s %q: %w", name, text, errUsage)
		}
		*value = n
	}
	return nil, nil
}

func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	o := suite.Options{Root: root, Out: out, Err: errOut}
	if o.Args, err = ownFlags(args, map[string]*int{"-rounds": &o.Rounds, "-busy": &o.Busy}); err != nil {
		return err
	}
	tally, err := suite.Main(ctx, o)
	if errors.Is(err, suite.ErrBackend) {
		return err
	}
	if appendErr := tally.Append(); err == nil {
		err = appendErr
	}
	fmt.Fprintln(out, tally)
	if err == nil && tally.Failed > 0 {
		err = fmt.Errorf("%d tests failed", tally.Failed)
	}
	return err
}
