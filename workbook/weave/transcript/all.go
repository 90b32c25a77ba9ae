package transcript

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/redis-chat/workbook/suite"
	"example.com/redis-chat/workbook/weave"
)

// one is a session on one backend.
type one struct {
	*Session
	backend string
}

// Claims returns what is wrong with the sessions' claims and steps, without running them.
func Claims(texts []*weave.Text) []string {
	var findings []string
	for _, t := range texts {
		sessions, wrong := Sessions(t)
		findings = append(findings, wrong...)
		findings = append(findings, untold(t, sessions)...)
	}
	return findings
}

// All runs the sessions of all texts: several at once where each gets a network of its own.
func All(ctx context.Context, o Options) (Outcome, error) {
	o.Patience = cmp.Or(o.Patience, Patience)
	texts, err := weave.Texts(o.Root)
	if err != nil {
		return Outcome{}, err
	}
	var all Outcome
	var ready []one
	var folders, tests []string
	known := map[string]bool{}
	for _, t := range texts {
		sessions, _ := Sessions(t)
		known[t.Name] = true
		for _, s := range sessions {
			known[s.Name] = true
			if len(o.Only) > 0 && !slices.Contains(o.Only, s.Name) && !slices.Contains(o.Only, t.Name) {
				continue
			}
			backends, why := s.backends()
			if why != "" {
				all.skip(fmt.Sprintf("%s: session %s is not run: %s", t.Name, s.Name, why))
			}
			for _, b := range backends {
				ready = append(ready, one{s, b})
			}
			if len(backends) > 0 {
				folders = append(folders, s.programs()...)
				tests = append(tests, s.tests()...)
			}
		}
	}
	for _, name := range o.Only {
		if !known[name] {
			return all, fmt.Errorf("%s: there is no such text and no such session", name)
		}
	}
	if len(ready) == 0 {
		return all, nil
	}
	if _, err := os.Stat(filepath.Join(o.Root, weaveProgram)); err != nil || runtime.GOOS != "linux" {
		o.Isolate = false
	}
	if o.Isolate {
		folders = append(folders, weaveProgram)
	}
	// With the flags of make test, and of make check: else all that is below a chapter would be compiled once more.
	if o.goFlags, err = suite.LeanFlags(ctx); err != nil {
		return all, err
	}
	if o.bin, err = os.MkdirTemp("", "workbook-programs-"); err != nil {
		return all, fmt.Errorf("make a folder for the programs: %w", err)
	}
	defer os.RemoveAll(o.bin)
	if err := o.build(ctx, folders); err != nil {
		return all, err
	}
	if err := o.compile(ctx, tests); err != nil {
		return all, err
	}
	o.Isolate = o.Isolate && canIsolate(o.weave())
	var group errgroup.Group
	group.SetLimit(1)
	if o.Isolate {
		group.SetLimit(2 * runtime.NumCPU()) // they wait more than they compute
	}
	var mu sync.Mutex
	outcomes := make([]Outcome, len(ready))
	for i, s := range ready {
		group.Go(func() error {
			outcome := s.start(ctx, o)
			mu.Lock()
			defer mu.Unlock()
			outcomes[i] = outcome
			return nil
		})
	}
	_ = group.Wait() // what went wrong is in the outcomes
	for _, outcome := range outcomes {
		all.add(outcome)
	}
	return all, ctx.Err()
}

// skip counts a session that cannot be run here. Where somebody requires it, it has failed.
func (o *Outcome) skip(sentence string) {
	if os.Getenv("REQUIRE_REDIS") == "1" {
		o.Failed++
		o.Findings = append(o.Findings, sentence+" (REQUIRE_REDIS=1)")
		return
	}
	o.Skipped = append(o.Skipped, sentence)
}

// backends returns where a session runs on this machine, and why it runs not everywhere.
func (s *Session) backends() (backends []string, why string) {
	for _, program := range s.needs() {
		if _, err := exec.LookPath(program); err != nil {
			return nil, program + " is not on the PATH (make doctor tells how to get it)"
		}
	}
	if s.Redis != "both" {
		return []string{s.Redis}, ""
	}
	if _, err := exec.LookPath("redis-server"); err != nil {
		return []string{"embedded"}, "redis-server is not on the PATH, so it is run on the embedded servers only"
	}
	return []string{"embedded", "server"}, ""
}

// weaveProgram runs a session in a network of its own: a process can only begin in one.
const weaveProgram = "workbook/cmd/weave"

// Order is a session that a process of its own runs, as JSON.
type Order struct {
	Root, Text, Session, Backend, Bin, GoFlags string
	Accept                                     bool
	Patience                                   time.Duration
}

func (o Options) weave() string { return filepath.Join(o.bin, "run", weaveProgram, "weave") }

func (s one) start(ctx context.Context, o Options) Outcome {
	failed := func(err error) Outcome {
		return Outcome{Ran: 1, Failed: 1, Findings: []string{fmt.Sprintf("%s: %v", s.Text.Name, err)}}
	}
	if !o.Isolate {
		if err := takenPort(s.Session); err != nil {
			return failed(err)
		}
		return s.run(ctx, o, s.backend)
	}
	order, err := json.Marshal(Order{o.Root, s.Text.Name, s.Name, s.backend, o.bin, o.goFlags, o.Accept, o.Patience})
	if err != nil {
		return failed(err)
	}
	cmd := exec.CommandContext(ctx, o.weave(), "-session", string(order))
	cmd.SysProcAttr = apart()
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = o.Patience
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	err = cmd.Run()
	var outcome Outcome
	if err := errors.Join(err, json.Unmarshal(out.Bytes(), &outcome)); err != nil {
		return failed(fmt.Errorf("session %s: %w\n%s", s.Name, err, strings.TrimSpace(complaints.String())))
	}
	return outcome
}

// Obey runs the session of an order in this process, which has a network of its own. An
// order for no session tries whether it could.
func Obey(ctx context.Context, text string) (Outcome, error) {
	var order Order
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		return Outcome{}, fmt.Errorf("-session is for the program itself: %w", err)
	}
	if err := settle(); err != nil || order.Session == "" {
		return Outcome{}, err
	}
	texts, err := weave.Texts(order.Root)
	if err != nil {
		return Outcome{}, err
	}
	for _, t := range texts {
		sessions, _ := Sessions(t)
		for _, s := range sessions {
			if t.Name == order.Text && s.Name == order.Session {
				o := Options{Root: order.Root, Accept: order.Accept, Patience: order.Patience, bin: order.Bin, goFlags: order.GoFlags}
				return s.run(ctx, o, order.Backend), nil
			}
		}
	}
	return Outcome{}, fmt.Errorf("%s has no session %s", order.Text, order.Session)
}
