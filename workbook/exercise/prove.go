package exercise

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

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
	var variants []variant
	for _, e := range all {
		some, found, err := e.read()
		if err != nil {
			findings = append(findings, err.Error())
		}
		findings = append(findings, found...)
		variants = append(variants, some...)
	}
	if len(findings) > 0 {
		return findings, nil // first things first: what follows takes minutes
	}
	folder, err := os.MkdirTemp("", "exercises-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	var runs []judged
	add := func(b bundle, i int, redis string, judge func(Outcome) []string, flags ...string) {
		runs = append(runs, judged{b, i, redis, judge, flags})
	}
	plain, findings, err := newBundle(ctx, root, filepath.Join(folder, "plain"), variants, suite.Lean()...)
	if err != nil || len(findings) > 0 {
		return findings, err
	}
	var solutions []variant
	for i, v := range variants {
		switch {
		case v.What != solved:
			add(plain, i, embedded, v.judge)
		case realRedis():
			add(plain, i, "server", v.judge)
		}
		if v.What == solved {
			solutions = append(solutions, v)
		}
	}
	race, findings, err := newBundle(ctx, root, filepath.Join(folder, "race"), solutions, append(suite.Lean(), "-race")...)
	if err != nil || len(findings) > 0 {
		return findings, err
	}
	for i, v := range solutions {
		add(race, i, embedded, v.judge, "-test.shuffle=on", "-test.count=3")
	}
	return judgeAll(ctx, runs)
}

// solved is what a variant is called that is the solution.
const solved = "the solution"

// judged is one run of a variant's tests, and what is to come of it.
type judged struct {
	bundle bundle
	i      int // the variant's number
	redis  string
	judge  func(Outcome) []string
	flags  []string
}

// judgeAll runs the tests and returns the findings in the runs' order.
func judgeAll(ctx context.Context, runs []judged) ([]string, error) {
	out, err := exec.CommandContext(ctx, "go", "tool", "-n", "test2json").Output()
	if err != nil {
		return nil, fmt.Errorf("find test2json: %w", err)
	}
	converter := strings.TrimSpace(string(out))
	found := make([][]string, len(runs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(6) // a mistake that hangs is waited for up to a minute: meanwhile others have the cores
	for n, r := range runs {
		group.Go(func() error {
			o, err := r.bundle.run(ctx, r.i, converter, r.redis, r.flags...)
			for _, f := range r.judge(o) {
				found[n] = append(found[n], r.bundle.variants[r.i].Folder()+": "+f)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return slices.Concat(found...), nil
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

// read returns what the exercise's tests are to run on.
func (e Exercise) read() (variants []variant, findings []string, err error) {
	if _, err := e.Solution(); err != nil {
		return nil, nil, err
	}
	if untouched, err := e.Untouched(); err != nil {
		return nil, nil, err
	} else if !untouched {
		findings = append(findings, fmt.Sprintf("%s: it is not the stub that is cut out of its solution. "+
			"Is it solved? Then make learn ARGS='reset %s' keeps your file, and puts the stub back. Is the solution new? Then: go run ./workbook/cmd/exercises cut", e.Folder(), e.Name))
	}
	wrongs, err := e.Wrongs()
	if err != nil {
		return nil, findings, err
	}
	if len(wrongs) < 2 {
		findings = append(findings, fmt.Sprintf("%s/wrong: %d typical mistakes; two are the least", e.Folder(), len(wrongs)))
	}
	variants = []variant{
		{e, "the stub", e.Package(), judgeStub},
		{e, solved, e.Package() + "/solution", judgeSolution},
	}
	for _, w := range wrongs {
		what := "wrong/" + w.Name
		variants = append(variants, variant{e, what, e.Package() + "/" + what, func(o Outcome) []string { return judgeWrong(w, o) }})
	}
	return variants, findings, nil
}

// broken tells what no run may do: not compile, panic, not end.
func broken(o Outcome, what string) []string {
	switch {
	case strings.Contains(o.text(), "test timed out"):
		return []string{what + ": the tests did not end"}
	case strings.Contains(o.text(), "panic:"):
		return []string{what + " panics:\n" + o.text()}
	case len(o.Tests) == 0:
		return []string{what + ": no test ran:\n" + o.Output}
	}
	return nil
}

func judgeStub(o Outcome) []string {
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

func judgeSolution(o Outcome) []string {
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
