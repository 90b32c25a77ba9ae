// Command test runs the tests of the whole workspace, embedded and on a real
// redis-server when there is one, and counts them. Its arguments go to go test;
// without any, every package of go.work is tested.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
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
// call. What is wrong with the arguments is for go test to say.
func command(ctx context.Context, args []string, out, errOut io.Writer) int {
	err := run(ctx, args, out, errOut)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, "test:", strings.ReplaceAll(err.Error(), "\n", "; "))
	if errors.Is(err, suite.ErrBackend) {
		return 2
	}
	return 1
}

func run(ctx context.Context, args []string, out, errOut io.Writer) error {
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	tally, err := suite.Main(ctx, suite.Options{Root: root, Args: args, Out: out, Err: errOut})
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
