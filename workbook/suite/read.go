package suite

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of go test -json; go doc test2json describes it.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// report collects the events of the packages under way.
type report struct {
	out      io.Writer
	packages map[string]*pkg
	tally    Tally
}

// pkg is a package whose tests have not all ended.
type pkg struct {
	lines  strings.Builder // what go test says of the package itself
	tests  map[string]*test
	order  []*test
	failed int
}

// test is one test, subtest, example or fuzz target.
type test struct {
	name   string
	output strings.Builder
	ended  bool
	failed bool
}

// read counts the events of one go test and prints a line for each package, and of
// a failed package all that its failed tests printed. A test that never ended,
// because of a panic, a timeout or os.Exit, has failed.
func read(stream io.Reader, out io.Writer) (Tally, error) {
	r := &report{out: out, packages: map[string]*pkg{}}
	err := r.readEvents(stream, r.handle)
	r.cutShort()
	return r.tally, err
}

// readProgram is read for the events of one package's test program, whose verdict is
// its exit code: ended returns it, as go test puts it, after the last event.
func readProgram(stream io.Reader, out io.Writer, path string, ended func() (ok bool, line string)) (Tally, error) {
	r := &report{out: out, packages: map[string]*pkg{}}
	err := r.readEvents(stream, func(e event) {
		if e.Test != "" || e.Action == "output" {
			r.handle(e)
		}
	})
	ok, line := ended()
	r.handle(event{Action: "output", Package: path, Output: line})
	if ok {
		r.handle(event{Action: "pass", Package: path})
	} else {
		r.handle(event{Action: "fail", Package: path})
	}
	return r.tally, err
}

// readEvents hands on the events of a stream until it ends.
func (r *report) readEvents(stream io.Reader, handle func(event)) error {
	lines := bufio.NewReader(stream)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if !bytes.HasPrefix(line, []byte("{")) || json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(r.out, "%s", line) // not an event: go's own words
			} else {
				handle(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) handle(e event) {
	if e.Package == "" { // output of a build, which belongs to no test
		fmt.Fprint(r.out, e.Output)
		return
	}
	p := r.packages[e.Package]
	if p == nil {
		p = &pkg{tests: map[string]*test{}}
		r.packages[e.Package] = p
	}
	if e.Test != "" {
		r.handleTest(p, e)
		return
	}
	switch e.Action {
	case "output":
		p.lines.WriteString(e.Output)
	case "pass", "skip":
		p.printSummary(r.out)
		delete(r.packages, e.Package)
	case "fail":
		r.fail(p)
		delete(r.packages, e.Package)
	}
}

func (r *report) handleTest(p *pkg, e event) {
	t := p.tests[e.Test]
	if t == nil {
		t = &test{name: e.Test}
		p.tests[e.Test] = t
		p.order = append(p.order, t)
	}
	switch e.Action {
	case "output":
		if !strings.HasPrefix(e.Output, "=== ") { // === RUN, === PAUSE, === NAME
			t.output.WriteString(e.Output)
		}
	case "pass":
		t.ended = true
		r.tally.Passed++
	case "skip":
		t.ended = true
		r.tally.skip(e.Package, t.output.String())
	case "fail":
		t.ended, t.failed = true, true
		p.failed++
		r.tally.Failed++
	}
}

// fail prints a failed package.
func (r *report) fail(p *pkg) {
	for _, t := range p.order {
		if !t.ended {
			t.failed = true
			p.failed++
			r.tally.Failed++
			fmt.Fprintf(r.out, "--- %s did not end:\n", t.name)
		}
		if t.failed {
			fmt.Fprint(r.out, t.output.String())
		}
	}
	if p.failed == 0 { // the package itself: it does not build, or TestMain failed
		r.tally.Failed++
	}
	fmt.Fprint(r.out, p.lines.String())
}

// cutShort prints the packages that go test left without a verdict.
func (r *report) cutShort() {
	var names []string
	for name := range r.packages {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(r.out, "%s did not end:\n", name)
		r.fail(r.packages[name])
	}
}

// printSummary prints the well-known line of go test for a package that passed.
func (p *pkg) printSummary(out io.Writer) {
	for line := range strings.Lines(p.lines.String()) {
		if strings.HasPrefix(line, "ok ") {
			fmt.Fprint(out, line)
		}
	}
}
