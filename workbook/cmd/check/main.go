// Command check proves what must hold for the whole repository: form, rules between
// the chapters, texts that are true. -list shows the checks, -only runs some of them.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"example.com/redis-chat/workbook/checks"
	"example.com/redis-chat/workbook/workspace"
)

func main() {
	only := flag.String("only", "", "names of the checks to run, separated by commas; default: all")
	list := flag.Bool("list", false, "list the checks")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *only, *list); err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string, list bool) error {
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	if list {
		return printList(root)
	}
	var names []string
	if only != "" {
		names = strings.Split(only, ",")
	}
	tally, err := checks.Run(ctx, root, names, os.Stdout)
	if appendErr := tally.Append(); err == nil {
		err = appendErr
	}
	fmt.Println(tally)
	if err == nil && tally.Failed > 0 {
		err = fmt.Errorf("%d checks failed", tally.Failed)
	}
	return err
}

func printList(root string) error {
	all, err := checks.All(root)
	for _, c := range all {
		fmt.Printf("%-20s  %s\n", c.Name, c.Rule)
	}
	return err
}
