// Command exercises cuts the stubs of the learner's exercises out of their solutions,
// and proves that stubs fail, solutions pass and mistakes are told.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"example.com/redis-chat/workbook/exercise"
	"example.com/redis-chat/workbook/workspace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

const usage = `usage: exercises cut   [NAME…]   write the stubs, cut out of their solutions
       exercises prove [NAME…]   show that stubs fail, solutions pass, and mistakes are told`

var errUsage = errors.New(usage)

// command gives the exit code: 0 all holds, 1 something does not, 2 a mistake in the call.
func command(ctx context.Context, args []string, out, errOut io.Writer) int {
	switch err := run(ctx, args, out); {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(errOut, err)
		return 2
	default:
		fmt.Fprintln(errOut, "exercises:", err)
		return 1
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] != "cut" && args[0] != "prove" {
		return errUsage
	}
	root, err := workspace.Root(".")
	if err != nil {
		return err
	}
	all, err := exercise.List(root)
	if err != nil && args[0] == "prove" {
		return err
	}
	if len(all) == 0 {
		return errors.New("there are no exercises: NN-chapter/exercises/README.md lists them")
	}
	if len(args) > 1 {
		var some []exercise.Exercise
		for _, name := range args[1:] {
			e, err := exercise.Find(all, name)
			if err != nil {
				return err
			}
			some = append(some, e)
		}
		all = some
	}
	if args[0] == "cut" {
		return cut(all, out)
	}
	findings, err := exercise.Prove(ctx, root, all)
	for _, f := range findings {
		fmt.Fprintln(out, f)
	}
	if err == nil && len(findings) > 0 {
		err = fmt.Errorf("%d findings", len(findings))
	}
	if err == nil {
		fmt.Fprintf(out, "%d exercises: the stubs fail, the solutions pass, the mistakes are told\n", len(all))
	}
	return err
}

func cut(all []exercise.Exercise, out io.Writer) error {
	for _, e := range all {
		stub, err := e.Stub()
		if err != nil {
			return err
		}
		for name, source := range stub {
			file := filepath.Join(e.Dir(), name)
			if err := os.WriteFile(file, source, 0o666); err != nil {
				return err
			}
			fmt.Fprintln(out, "wrote "+e.Folder()+"/"+name)
		}
	}
	return nil
}
