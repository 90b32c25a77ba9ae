// Command test runs the tests of the whole workspace, embedded and on a real
// redis-server when there is one, and counts them. Its arguments go to go test;
// without any, every package of go.work is tested.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"example.com/redis-chat/workbook/suite"
	"example.com/redis-chat/workbook/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "test:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	tally, err := suite.Main(ctx, suite.Options{Root: root, Args: os.Args[1:]})
	if appendErr := tally.Append(); err == nil {
		err = appendErr
	}
	fmt.Println(tally)
	if err == nil && tally.Failed > 0 {
		err = fmt.Errorf("%d tests failed", tally.Failed)
	}
	return err
}
