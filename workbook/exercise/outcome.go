package exercise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Outcome is what go test said of one exercise.
type Outcome struct {
	Passed bool
	Build  string // what the compiler said, when it could not be built
	Tests  []TestOutcome
	Output string // what belongs to no test
}

// TestOutcome is what came of one test; a test's parts (TestTop/ties) are tests, too.
type TestOutcome struct {
	Name   string
	Action string // pass, fail, skip; none when it never ended
	Output string
}

// top reports whether a test is none of another's parts.
func (t TestOutcome) top() bool { return !strings.Contains(t.Name, "/") }

// Sentences are what the test said when it failed: each t.Errorf or t.Fatalf, without
// the place, and of a failed require its message. A panic is one sentence, with the first
// place that is in no test and not in Go's own code.
func (t TestOutcome) Sentences() []string {
	var all []string
	for _, m := range said.FindAllStringSubmatch(t.Output, -1) {
		all = append(all, plain(m[1]))
	}
	if m := panicked.FindStringSubmatch(t.Output); m != nil {
		sentence := "it panics: " + m[1]
		for _, at := range place.FindAllStringSubmatch(t.Output, -1) {
			if !strings.HasSuffix(at[1], "_test.go") {
				sentence += fmt.Sprintf(" (%s, line %s)", at[1], at[2])
				break
			}
		}
		all = append(all, sentence)
	}
	return all
}

var (
	said = regexp.MustCompile(`(?m)^ *[\w-]+_test\.go:\d+: *(.*\n(?:        .*\n)*)`)
	// A failure that Go does not let anybody recover from ("concurrent map writes") is a panic to a learner.
	panicked = regexp.MustCompile(`(?m)^(?:panic|fatal error): (.*?)(?: \[recovered.*)?$`)
	place    = regexp.MustCompile(`(?m)^\t.*/exercises/[^/]+/([^/:]+\.go):(\d+)`)
	testify  = regexp.MustCompile(`(?s)Error:\s+(.*?)\n\s+Test:\s+\S+\n(?:\s+Messages:\s+(.*))?$`)
)

// plain makes a sentence of what testify says, and leaves others as they are.
func plain(text string) string {
	text = strings.TrimRight(text, "\n")
	if m := testify.FindStringSubmatch(text + "\n"); m != nil {
		if text = m[1]; m[2] != "" {
			text = m[2]
		}
		return strings.Join(strings.Fields(text), " ")
	}
	return strings.TrimSpace(strings.ReplaceAll(text, "\n        ", "\n"))
}

// First is the first thing that a learner has to know: the compiler's words, or the
// first failing test with what it said.
func (o Outcome) First() (test, sentence string) {
	if o.Build != "" {
		return "", strings.TrimSpace(o.Build)
	}
	var failed *TestOutcome
	for i, t := range o.Tests {
		if t.Action == "pass" || t.Action == "skip" {
			continue
		}
		if len(t.Sentences()) > 0 {
			return t.Name, t.Sentences()[0]
		}
		if failed == nil {
			failed = &o.Tests[i]
		}
	}
	if failed != nil {
		return failed.Name, strings.TrimSpace(failed.Output)
	}
	return "", strings.TrimSpace(o.Output)
}

// text is all that was printed.
func (o Outcome) text() string {
	all := o.Build + o.Output
	for _, t := range o.Tests {
		all += t.Output
	}
	return all
}

// event is a line of go test -json; go doc test2json and go help buildjson tell of it.
type event struct {
	Action, Package, ImportPath, Test, Output, FailedBuild string
}

// readOutcomes reads a stream of go test -json.
func readOutcomes(stream io.Reader) (map[string]Outcome, error) {
	type collected struct {
		Outcome
		order []string
		tests map[string]*TestOutcome
	}
	packages, builds := map[string]*collected{}, map[string]string{}
	decoder := json.NewDecoder(stream)
	for {
		var e event
		if err := decoder.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read what go test says: %w", err)
		}
		if e.Action == "build-output" {
			builds[e.ImportPath] += e.Output
		}
		if e.Package == "" {
			continue
		}
		p := packages[e.Package]
		if p == nil {
			p = &collected{tests: map[string]*TestOutcome{}}
			packages[e.Package] = p
		}
		if e.Test == "" {
			switch e.Action {
			case "pass":
				p.Passed = true
			case "output":
				p.Output += e.Output
			}
			if e.FailedBuild != "" {
				p.Build = builds[e.FailedBuild]
			}
			continue
		}
		t := p.tests[e.Test]
		if t == nil {
			t = &TestOutcome{Name: e.Test}
			p.tests[e.Test] = t
			p.order = append(p.order, e.Test)
		}
		switch e.Action {
		case "pass", "fail", "skip":
			t.Action = e.Action
		case "output":
			if !strings.HasPrefix(e.Output, "=== ") {
				t.Output += e.Output
			}
		}
	}
	outcomes := map[string]Outcome{}
	for name, p := range packages {
		for _, test := range p.order {
			p.Tests = append(p.Tests, *p.tests[test])
		}
		outcomes[name] = p.Outcome
	}
	return outcomes, nil
}
