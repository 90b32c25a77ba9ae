// Package suite runs the tests of the whole workspace: first on Redis inside of the
// test processes, then, when a redis-server can be had, once more on that.
//
// Each package's tests are compiled once, one package after the other in a goroutine of
// its own, and begin while the next are compiled; each run starts these programs, one
// more at once than there are cores. With arguments, which are go test's, it is one go
// test a run instead. A passing package is one line. Of a failing one everything is
// printed. The counts of all runs are added up.
package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"example.com/redis-chat/workbook/doctor"
)

// Options say what to run, and where.
type Options struct {
	Root    string        // the folder that holds go.work
	Args    []string      // for go test; without a package among them: every package of the workspace
	Rounds  int           // how often to run it all; default 1
	Busy    int           // how many busy loops run beside the tests; default 0
	Timeout time.Duration // for one package's tests; default 15m
	Out     io.Writer     // default: os.Stdout
	Err     io.Writer     // for what go itself complains of, written at the same time as Out; default: os.Stderr
}

// Main runs what the environment asks for and returns the sum of all runs.
// The error says that something failed in a way that no count shows.
func Main(ctx context.Context, o Options) (Tally, error) {
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Minute
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	if o.Err == nil {
		o.Err = os.Stderr
	}
	env := os.Environ()
	if lookup(env, "GORACE") == "" {
		// Without this each program with the race detector, and each process that it
		// starts, sleeps a second before it ends.
		env = append(env, "GORACE=atexit_sleep_ms=0")
	}
	if err := checkBackend(lookup(env, "WORKBOOK_REDIS")); err != nil {
		return Tally{}, err
	}
	runs, notes := plan(env, doctor.Find("redis-server"))
	race, why := raceFlag(ctx, o.Root)
	packages, err := listPackages(ctx, o.Root)
	if err != nil {
		return Tally{}, err
	}
	tests := tests{Options: o, packages: packages, race: race, why: why}
	if len(o.Args) == 0 {
		if doctor.Find("chromium") == "" && lookup(env, "REQUIRE_BROWSER") != "1" {
			tests.leaveOut(func(p testedPackage) bool { return p.browsing })
			notes = append(notes, "Not compiled and not run: the tests of the pages, as there is no Chromium or Chrome (make doctor tells how to get one).")
		}
		if len(runs) == 1 && lookup(runs[0].environ(env), "WORKBOOK_REDIS") == "embedded" {
			tests.leaveOut(func(p testedPackage) bool { return p.peer })
			notes = append(notes, "Not compiled and not run: the tests of the load test's peer centrifuge, which starts on a real server only.")
		}
		tests.programs = programs(o.Root, tests.packages)
	}

	stop := keepBusy(o.Busy)
	defer stop()
	var sum Tally
	var failures []error
	for round := range max(1, o.Rounds) {
		began := time.Now()
		all, err := tests.round(ctx, runs, env)
		if err != nil {
			failures = append(failures, err)
		}
		if o.Rounds > 1 {
			fmt.Fprintf(o.Out, "== round %d of %d, with %d busy loops beside it: %v, in %v\n\n", round+1, o.Rounds, o.Busy, all, time.Since(began).Round(time.Second))
		}
		sum.add(all)
	}
	sum.printSkips(o.Out)
	for _, note := range notes {
		fmt.Fprintln(o.Out, note)
	}
	return sum, errors.Join(failures...)
}

// tests are what each run runs.
type tests struct {
	Options
	packages []testedPackage
	programs []program
	race     []string // -race, or nothing
	why      string   // with or without it, in words
}

// leaveOut drops the packages whose tests cannot run here: to compile them would take long.
func (t *tests) leaveOut(which func(testedPackage) bool) {
	t.packages = slices.DeleteFunc(t.packages, which)
}

// round does each of the runs once. What was skipped in one of them, as it takes a server, has its turn in the next.
func (t *tests) round(ctx context.Context, runs []run, env []string) (Tally, error) {
	var all Tally
	var failures []error
	for i, r := range runs {
		fmt.Fprintf(t.Out, "== run %d of %d: %s\n   go test -shuffle=on, %s\n", i+1, len(runs), r.headline, t.why)
		tally, err := t.run(ctx, r, r.environ(env), all.wantServer)
		if err != nil {
			failures = append(failures, fmt.Errorf("run %d: %w", i+1, err))
		}
		all.add(tally)
		fmt.Fprintln(t.Out)
	}
	return all, errors.Join(failures...)
}

// run runs the tests once. asked are the packages that have asked for a server.
func (t *tests) run(ctx context.Context, r run, env []string, asked map[string]bool) (Tally, error) {
	if len(t.Args) > 0 {
		return t.goTest(ctx, r, env, asked)
	}
	programs := slices.DeleteFunc(slices.Clone(t.programs), func(p program) bool { return !r.covers(p.testedPackage, asked) })
	flags := []string{"-test.shuffle=on"}
	if r.short {
		flags = append(flags, "-test.short")
	}
	return runPrograms(ctx, t.Options, programs, t.race, flags, env)
}

// goTest runs go test with the arguments that were given.
func (t *tests) goTest(ctx context.Context, r run, env []string, asked map[string]bool) (Tally, error) {
	args := append([]string{"test", "-json", "-shuffle=on", "-timeout=" + t.Timeout.String()}, t.race...)
	if t.Rounds > 1 {
		args = append(args, "-count=1") // or packages that passed in the round before would not run again
	}
	args = append(args, t.Args...)
	if !givesPackages(t.Args) {
		for _, p := range t.packages {
			if r.covers(p, asked) {
				args = append(args, p.path)
			}
		}
	}
	return goTest(ctx, t.Options, args, env)
}

// raceFlag returns -race where this machine can build it, and the words that say so.
// Building a package that needs cgo finds every hindrance: no C compiler, no C
// headers, a system without the race detector.
func raceFlag(ctx context.Context, root string) (flags []string, words string) {
	cmd := exec.CommandContext(ctx, "go", "build", "-race", "net")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err == nil {
		return []string{"-race"}, "with -race"
	}
	reason, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return nil, fmt.Sprintf("without -race, which needs a C compiler (%s; see make doctor)", reason)
}
