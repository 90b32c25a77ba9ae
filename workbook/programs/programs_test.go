package programs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/workbook/workspace"
)

// patience ends a hang, and says nothing about time.
const patience = 2 * time.Minute

// built is the folder that holds all programs.
var built string

func TestMain(m *testing.M) {
	var err error
	if built, err = os.MkdirTemp("", "workbook-programs-"); err == nil {
		err = build(built)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.RemoveAll(built)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(built)
		os.Exit(code)
	}))
}

// names are all programs by the last part of their folder.
func names() (dirs, names []string, err error) {
	root, err := workspace.Root(".")
	if err != nil {
		return nil, nil, err
	}
	for _, pattern := range []string{"0*/cmd/*", "labs/*/cmd/*"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, nil, err
		}
		dirs = append(dirs, found...)
	}
	for _, dir := range dirs {
		names = append(names, filepath.Base(dir))
	}
	return dirs, names, nil
}

func build(to string) error {
	dirs, _, err := names()
	if err != nil {
		return err
	}
	cmd := exec.Command("go", append([]string{"build", "-ldflags=-s -w", "-o", to + string(filepath.Separator)}, dirs...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// program is a run of a program: its own environment alone, and all that it prints.
type program struct {
	*exec.Cmd
	out, err bytes.Buffer
}

func command(ctx context.Context, name string, env, args []string) *program {
	p := &program{Cmd: exec.CommandContext(ctx, filepath.Join(built, name), args...)}
	for _, keep := range []string{"PATH", "HOME", "TMPDIR", "GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
		if value, ok := os.LookupEnv(keep); ok {
			p.Env = append(p.Env, keep+"="+value)
		}
	}
	p.Env = append(p.Env, env...)
	p.Stdout, p.Stderr = &p.out, &p.err
	return p
}

// run starts a program that ends by itself, and returns what it printed.
func run(t *testing.T, name string, env, args []string, stdin string) (stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p := command(ctx, name, env, args)
	p.Stdin = strings.NewReader(stdin)
	err := p.Run()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		require.NoError(t, err)
	}
	require.NoError(t, ctx.Err(), "%s %q does not end by itself", name, args)
	return p.out.String(), p.err.String()
}

// enough is what a program prints when it has met its server or its node, and goes on. A program that is not here ends by
// itself.
var enough = map[string]*regexp.Regexp{
	"subscribe": regexp.MustCompile(`trying again|silent:`),
	"talk":      regexp.MustCompile(`; trying `),
	"node":      regexp.MustCompile(`title|not ready`),
}

// runOrInterrupt starts a program, interrupts it when it has said enough, and returns what it printed.
func runOrInterrupt(t *testing.T, name string, args []string) (stdout, stderr string) {
	t.Helper()
	return runUntil(t, name, args, enough[name], nil)
}

// runUntil starts a program, and interrupts it when it has printed enough. Before, it calls during, if there is one, with
// what can be read of the program's output.
func runUntil(t *testing.T, name string, args []string, enough *regexp.Regexp, during func(*heard)) (stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p := command(ctx, name, nil, args)
	input, keyboard, err := os.Pipe() // a keyboard at which nobody types
	require.NoError(t, err)
	defer keyboard.Close()
	defer input.Close()
	p.Stdin = input
	said := &heard{what: enough, all: make(chan struct{})}
	p.Stdout, p.Stderr = io.MultiWriter(&p.out, said), io.MultiWriter(&p.err, said)
	require.NoError(t, p.Start())
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	if during != nil {
		during(said)
	}
	select {
	case <-said.all:
		if err := p.Process.Signal(os.Interrupt); !errors.Is(err, os.ErrProcessDone) { // it may end by itself right behind its words
			require.NoError(t, err)
		}
		<-ended
	case <-ended:
	}
	require.NoError(t, ctx.Err(), "%s %q does not end: %s%s", name, args, p.out.String(), p.err.String())
	return p.out.String(), p.err.String()
}

// heard is a writer that closes all when it has been told what it waits for.
type heard struct {
	what *regexp.Regexp
	all  chan struct{}

	mu   sync.Mutex // standard output and standard error write from goroutines of their own
	told bytes.Buffer
	done bool
}

// find waits until something is printed that a pattern with one group matches, and returns the group.
func (h *heard) find(t *testing.T, pattern string) (group string) {
	t.Helper()
	require.Eventually(t, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		if m := regexp.MustCompile(pattern).FindStringSubmatch(h.told.String()); m != nil {
			group = m[1]
		}
		return group != ""
	}, patience, 10*time.Millisecond, "waiting for %s", pattern)
	return group
}

func (h *heard) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told.Write(b)
	if !h.done && h.what != nil && h.what.Match(h.told.Bytes()) {
		h.done = true
		close(h.all)
	}
	return len(b), nil
}
