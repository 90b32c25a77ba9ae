// Package suite runs the tests of the whole workspace: first on Redis inside of the
// test processes, then, when a redis-server can be had, once more on that.
//
// It starts one go test at a time and reads its -json stream in the calling
// goroutine; nothing else runs. What go test prints of a passing package is one
// line, of a failing one everything, and the counts of all runs are added up.
package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Options say what to run, and where.
type Options struct {
	Root    string        // the folder that holds go.work
	Args    []string      // for go test; without a package among them: every package of the workspace
	Timeout time.Duration // for one package's tests; default 5m
	Out     io.Writer     // default: os.Stdout
	Err     io.Writer     // for what go test itself complains of, written at the same time as Out; default: os.Stderr
}

// Main runs what the environment asks for and returns the sum of all runs.
// The error says that go test failed in a way that no count shows.
func Main(ctx context.Context, o Options) (Tally, error) {
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Minute
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	if o.Err == nil {
		o.Err = os.Stderr
	}
	env := os.Environ()
	if err := checkBackend(lookup(env, "WORKBOOK_REDIS")); err != nil {
		return Tally{}, err
	}
	runs, note := plan(env, findServer(), givesPackages(o.Args))
	race, why := raceFlag(ctx, o.Root)

	var sum Tally
	var failures []error
	for i, r := range runs {
		args := append([]string{"test", "-json", "-shuffle=on", "-timeout=" + o.Timeout.String()}, race...)
		args = append(args, o.Args...)
		switch {
		case givesPackages(o.Args):
		case r.onRedis:
			packages, err := packagesOnRedis(ctx, o.Root)
			if err != nil {
				return sum, err
			}
			if len(packages) == 0 {
				fmt.Fprintln(o.Out, "No test stands on Redis: nothing to run on the server.")
				continue
			}
			args = append(args, packages...)
		default:
			args = append(args, "work")
		}
		fmt.Fprintf(o.Out, "== run %d of %d: %s\n", i+1, len(runs), r.headline)
		fmt.Fprintf(o.Out, "   go test -shuffle=on %s\n", why)
		tally, err := goTest(ctx, o, args, r.environ(env))
		if err != nil {
			failures = append(failures, fmt.Errorf("run %d: %w", i+1, err))
		}
		sum.add(tally)
		fmt.Fprintln(o.Out)
	}
	sum.printSkips(o.Out)
	if note != "" {
		fmt.Fprintln(o.Out, note)
	}
	return sum, errors.Join(failures...)
}

// goTest runs go test once and counts what it reports.
func goTest(ctx context.Context, o Options, args, env []string) (Tally, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = o.Root
	cmd.Env = env
	cmd.Stderr = o.Err
	// go test hands an interrupt on to the tests; a kill would leave them behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	stream, err := cmd.StdoutPipe()
	if err != nil {
		return Tally{}, fmt.Errorf("go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return Tally{}, fmt.Errorf("go test: %w", err)
	}
	tally, readErr := read(stream, o.Out)
	if readErr != nil {
		// Without a reader go test would wait for ever to write.
		_, _ = io.Copy(io.Discard, stream)
	}
	exitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return tally, fmt.Errorf("go test: interrupted")
	case readErr != nil:
		return tally, fmt.Errorf("read the output of go test: %w", readErr)
	case exitErr != nil && tally.Failed == 0:
		return tally, fmt.Errorf("go test failed, and no test did: %w", exitErr)
	case exitErr == nil && tally.Failed > 0:
		return tally, fmt.Errorf("go test reported %d failures and ended as if there were none", tally.Failed)
	}
	return tally, nil
}

// raceFlag returns -race where this machine can build it, and the words that say so.
// Building a package that needs cgo finds every hindrance: no C compiler, no C
// headers, a system without the race detector.
func raceFlag(ctx context.Context, root string) (flags []string, words string) {
	cmd := exec.CommandContext(ctx, "go", "build", "-race", "net")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err == nil {
		return []string{"-race"}, "-race"
	}
	reason, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return nil, fmt.Sprintf("without -race, which needs a C compiler (%s; see make doctor)", reason)
}
