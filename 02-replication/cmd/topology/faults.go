package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"example.com/redis-chat/01-redis-basics/harmless"
	"example.com/redis-chat/02-replication/topology"
)

// readLines hands over each line that is typed. Nobody can end a read of the terminal, so it may outlive ctx, until the program ends.
func readLines(ctx context.Context, r io.Reader, typed chan<- string) {
	for s := bufio.NewScanner(r); s.Scan(); {
		select {
		case typed <- s.Text():
		case <-ctx.Done():
			return
		}
	}
}

// obey does what is typed, one line after the other.
func obey(ctx context.Context, w io.Writer, top topology.Topology, typed <-chan string) {
	for {
		select {
		case line := <-typed:
			if answer := do(ctx, top, line); answer != "" {
				fmt.Fprintln(w, answer)
			}
		case <-ctx.Done():
			return
		}
	}
}

// do breaks or mends a server and says what came of it.
func do(ctx context.Context, top topology.Topology, line string) (answer string) {
	words := strings.Fields(strings.ToLower(line))
	if len(words) == 0 {
		return ""
	}
	act := action(ctx, top, words)
	if act == nil {
		return fmt.Sprintf("%q: want kill, restart, freeze, thaw, cut or mend and a server's number (0 is the master), or lag 1 200ms", line)
	}
	began := time.Now()
	if err := act(); err != nil {
		return harmless.Text(err.Error())
	}
	return fmt.Sprintf("%s: done in %v", harmless.Text(line), time.Since(began).Round(time.Millisecond))
}

func action(ctx context.Context, top topology.Topology, words []string) func() error {
	if len(words) < 2 {
		return nil
	}
	i, err := strconv.Atoi(words[1])
	if err != nil {
		return nil
	}
	if words[0] == "lag" && len(words) == 3 {
		d, err := time.ParseDuration(words[2])
		if err != nil || d < 0 {
			return nil
		}
		return func() error { return lag(top, i, d) }
	}
	if len(words) != 2 {
		return nil
	}
	return map[string]func() error{
		"kill":    func() error { return top.Kill(i) },
		"restart": func() error { return top.Restart(ctx, i) },
		"freeze":  func() error { return top.Freeze(i) },
		"thaw":    func() error { return top.Thaw(i) },
		"cut":     func() error { return top.Cut(i) },
		"mend":    func() error { return top.Mend(ctx, i) },
	}[words[0]]
}

func lag(top topology.Topology, i int, d time.Duration) error {
	slow, ok := top.(interface {
		SetLag(int, time.Duration) error
	})
	if !ok {
		return fmt.Errorf("lag: only the embedded servers have a lag that can be set: -redis embedded")
	}
	return slow.SetLag(i, d)
}
