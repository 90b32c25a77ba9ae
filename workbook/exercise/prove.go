package exercise

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"example.com/redis-chat/workbook/suite"
)

// Prove finds what keeps exercises from teaching, as lines. Nothing is found when
//
//   - each stub is what is cut out of its solution, and each of its tests fails on it, by
//     its own words: it does not panic, hang, or not compile;
//   - each solution passes three times, in any order, under the race detector, and once
//     more on redis-server where there is one;
//   - each exercise has two typical mistakes, and its tests tell each in the words that
//     the mistake's comment promises.
//
// The learner's own work is not looked at but to say that it is there.
func Prove(ctx context.Context, root string, all []Exercise) ([]string, error) {
	var findings []string
	stubs, solutions := map[string]Sources{}, map[string]Sources{}
	var rounds []map[string]Wrong // the first mistake of each exercise, the second …
	for _, e := range all {
		found, err := e.read(stubs, solutions, &rounds)
		if err != nil {
			findings = append(findings, err.Error())
		}
		findings = append(findings, found...)
	}
	if len(findings) > 0 {
		return findings, nil // first things first: what follows takes minutes
	}
	prove := func(sources map[string]Sources, redis string, judge func(Exercise, Outcome) []string, flags ...string) error {
		some := slices.DeleteFunc(slices.Clone(all), func(e Exercise) bool { return sources[e.ID()] == nil })
		// A mistake that hangs is waited for up to a minute: meanwhile others have the cores.
		outcomes, err := run(ctx, root, some, sources, redis, append(flags, "-p=6")...)
		if err != nil {
			return err
		}
		for _, e := range some {
			for _, f := range judge(e, outcomes[e.Package()]) {
				findings = append(findings, e.Folder()+": "+f)
			}
		}
		return nil
	}
	if err := prove(stubs, embedded, judgeStub, "-ldflags=-w"); err != nil {
		return findings, err
	}
	if err := prove(solutions, embedded, judgeSolution, append(suite.Lean(), "-race", "-shuffle=on", "-count=3")...); err != nil {
		return findings, err
	}
	if realRedis() {
		if err := prove(solutions, "server", judgeSolution, "-vet=off", "-ldflags=-w", "-count=1"); err != nil {
			return findings, err
		}
	}
	for _, round := range rounds {
		sources := map[string]Sources{}
		for id, w := range round {
			sources[id] = w.Sources
		}
		judge := func(e Exercise, o Outcome) []string { return judgeWrong(round[e.ID()], o) }
		if err := prove(sources, embedded, judge, "-vet=off", "-ldflags=-w"); err != nil {
			return findings, err
		}
	}
	return findings, nil
}

const embedded = "embedded" // nothing to install: what a learner has for certain

func realRedis() bool {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

// read collects what an exercise's tests are to run on.
func (e Exercise) read(stubs, solutions map[string]Sources, rounds *[]map[string]Wrong) (findings []string, err error) {
	if solutions[e.ID()], err = e.Solution(); err != nil {
		return nil, err
	}
	if stubs[e.ID()], err = e.Stub(); err != nil {
		return nil, err
	}
	if untouched, err := e.Untouched(); err != nil {
		return nil, err
	} else if !untouched {
		findings = append(findings, fmt.Sprintf("%s: it is not the stub that is cut out of its solution. "+
			"Is it solved? Then learn reset %s keeps your file, and puts the stub back. Is the solution new? Then: go run ./workbook/cmd/exercises cut", e.Folder(), e.Name))
	}
	wrongs, err := e.Wrongs()
	if err != nil {
		return findings, err
	}
	if len(wrongs) < 2 {
		findings = append(findings, fmt.Sprintf("%s/wrong: %d typical mistakes; two are the least", e.Folder(), len(wrongs)))
	}
	for i, w := range wrongs {
		if i == len(*rounds) {
			*rounds = append(*rounds, map[string]Wrong{})
		}
		(*rounds)[i][e.ID()] = w
	}
	return findings, nil
}

// broken tells what no run may do: not compile, panic, not end.
func broken(o Outcome, what string) []string {
	switch {
	case o.Build != "":
		return []string{what + " does not compile:\n" + o.Build}
	case strings.Contains(o.text(), "test timed out"):
		return []string{what + ": the tests did not end"}
	case strings.Contains(o.text(), "panic:"):
		return []string{what + " panics:\n" + o.text()}
	case len(o.Tests) == 0:
		return []string{what + ": no test ran:\n" + o.Output}
	}
	return nil
}

func judgeStub(_ Exercise, o Outcome) []string {
	findings := broken(o, "the stub")
	if findings != nil {
		return findings
	}
	for _, t := range o.Tests {
		if !t.top() {
			continue
		}
		said := strings.Contains(o.partsOf(t.Name), "_test.go:")
		switch {
		case t.Action == "skip":
			findings = append(findings, fmt.Sprintf("%s is skipped on the stub: %s", t.Name, strings.Join(t.Sentences(), " ")))
		case t.Action != "fail":
			findings = append(findings, fmt.Sprintf("%s passes on the stub: so it asks for nothing", t.Name))
		case !said:
			findings = append(findings, fmt.Sprintf("%s fails on the stub, and does not say why", t.Name))
		}
	}
	return findings
}

// partsOf is what a test and its parts printed.
func (o Outcome) partsOf(name string) string {
	var all strings.Builder
	for _, t := range o.Tests {
		if t.Name == name || strings.HasPrefix(t.Name, name+"/") {
			all.WriteString(t.Output)
		}
	}
	return all.String()
}

func judgeSolution(_ Exercise, o Outcome) []string {
	findings := broken(o, "the solution")
	if findings != nil {
		return findings
	}
	for _, t := range o.Tests {
		switch t.Action {
		case "skip":
			findings = append(findings, fmt.Sprintf("%s is skipped on the solution: %s", t.Name, strings.Join(t.Sentences(), " ")))
		case "fail", "":
			if t.top() {
				findings = append(findings, fmt.Sprintf("%s fails on the solution:\n%s", t.Name, o.partsOf(t.Name)))
			}
		}
	}
	if !o.Passed && len(findings) == 0 {
		findings = append(findings, "the solution fails:\n"+o.Output)
	}
	return findings
}

func judgeWrong(w Wrong, o Outcome) []string {
	what := "wrong/" + w.Name
	findings := broken(o, what)
	switch {
	case findings != nil:
	case o.Passed:
		findings = append(findings, what+": the tests pass; they do not see the mistake: "+w.Mistake)
	case !strings.Contains(o.text(), w.Says):
		_, first := o.First()
		findings = append(findings, fmt.Sprintf("%s: the tests do not say %q; the first says:\n%s", what, w.Says, first))
	}
	return findings
}
