package suite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"
)

// runPrograms compiles the programs that are not up to date, runs their tests, and
// prints each as go test would. A program that does not compile has failed.
func runPrograms(ctx context.Context, o Options, programs []program, compileFlags, flags, env []string) (Tally, error) {
	converter, err := test2json(ctx)
	if err != nil {
		return Tally{}, err
	}
	goFlags, err := LeanFlags(ctx)
	if err != nil {
		return Tally{}, err
	}
	env = append(env, goFlags)
	var mu sync.Mutex // of what follows
	var sum Tally
	var failures []error
	ended := func(p program, out []byte, tally Tally, err error) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = o.Out.Write(out)
		sum.add(tally)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", p.path, err))
		}
	}

	compiled := make(chan program)
	go func() {
		defer close(compiled)
		for _, p := range programs {
			switch err := p.compile(ctx, o.Root, compileFlags); {
			case ctx.Err() != nil:
				return
			case err != nil:
				ended(p, fmt.Appendf(nil, "%v\nFAIL\t%s [build failed]\n", err, p.path), Tally{Failed: 1}, nil)
			default:
				compiled <- p
			}
		}
	}()
	schedule(compiled, runtime.NumCPU(), func(p program) {
		if ctx.Err() != nil {
			return
		}
		var out bytes.Buffer // printed whole, as others print at the same time
		tally, err := p.run(ctx, converter, o.Timeout, flags, env, &out)
		ended(p, out.Bytes(), tally, err)
	})
	if ctx.Err() != nil {
		failures = append(failures, errors.New("interrupted"))
	}
	return sum, errors.Join(failures...)
}

// test2json returns the path of the program that makes events of a test's output: the
// one that is inside of go test -json.
func test2json(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "tool", "-n", "test2json").Output()
	if err != nil {
		return "", fmt.Errorf("go tool -n test2json: %w%s", err, stderr(err))
	}
	return strings.TrimSpace(string(out)), nil
}

// run runs one program as go test does: in its package's folder, its output through
// test2json, until the timeout, at which the program itself ends with a panic.
func (p program) run(ctx context.Context, converter string, timeout time.Duration, flags, env []string, out io.Writer) (Tally, error) {
	convert := exec.Command(converter, "-p", p.path)
	input, err := convert.StdinPipe()
	if err != nil {
		return Tally{}, err
	}
	events, err := convert.StdoutPipe()
	if err != nil {
		return Tally{}, err
	}
	if err := convert.Start(); err != nil {
		return Tally{}, fmt.Errorf("start test2json: %w", err)
	}

	const slack = time.Minute // for a panic that prints every goroutine; after that it hangs
	hung, cancel := context.WithTimeout(ctx, timeout+slack)
	defer cancel()
	args := append([]string{"-test.v=test2json", "-test.paniconexit0", "-test.timeout=" + timeout.String()}, flags...)
	cmd := exec.CommandContext(hung, p.file, args...)
	cmd.Dir = p.dir
	cmd.Env = append(env, "PWD="+p.dir)
	cmd.Stdout, cmd.Stderr = input, input
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second

	var exit error
	ran := make(chan struct{})
	began := time.Now()
	go func() {
		defer close(ran)
		exit = cmd.Run()
		_ = input.Close() // so that the events end
	}()
	tally, readErr := readProgram(events, out, p.path, func() (ok bool, line string) {
		<-ran
		took := time.Since(began).Seconds()
		if exit == nil {
			return true, fmt.Sprintf("ok  \t%s\t%.3fs\n", p.path, took)
		}
		return false, fmt.Sprintf("%v\nFAIL\t%s\t%.3fs\n", exit, p.path, took)
	})
	if readErr != nil { // without a reader test2json would wait for ever to write
		_, _ = io.Copy(io.Discard, events)
		<-ran
	}
	convertErr := convert.Wait()
	switch {
	case ctx.Err() != nil:
		return tally, nil // said once for all
	case readErr != nil:
		return tally, fmt.Errorf("read the output of test2json: %w", readErr)
	case convertErr != nil:
		return tally, fmt.Errorf("test2json: %w", convertErr)
	}
	return tally, nil
}
