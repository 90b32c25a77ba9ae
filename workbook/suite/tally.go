package suite

import (
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Tally counts tests, subtests included.
type Tally struct {
	Passed, Failed, Skipped int
	reasons                 map[string]int  // of skips
	wantServer              map[string]bool // packages with a test that was skipped, as it is for the run on real servers
}

// String is the closing line: 120 passed, 0 failed, 7 skipped.
func (t Tally) String() string {
	s := fmt.Sprintf("%d passed, %d failed", t.Passed, t.Failed)
	if t.Skipped > 0 {
		s += fmt.Sprintf(", %d skipped", t.Skipped)
	}
	return s
}

// Append adds the counts as a line to the file that TALLY names, if it names one.
// CI adds up the counts of several programs in it.
func (t Tally) Append() error {
	name := os.Getenv("TALLY")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("open the file that TALLY names: %w", err)
	}
	_, err = fmt.Fprintln(f, t.Passed, t.Failed, t.Skipped)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write the counts: %w", err)
	}
	return nil
}

func (t *Tally) add(other Tally) {
	t.Passed += other.Passed
	t.Failed += other.Failed
	t.Skipped += other.Skipped
	for reason, n := range other.reasons {
		t.because(reason, n)
	}
	for pkg := range other.wantServer {
		t.asksForServer(pkg)
	}
}

var reasonLine = regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)`)

// onServer is in the reason of a test that only a real server can pass, and of one that takes long and
// so waits for the run on real servers.
const onServer = "real server"

// skip counts a skipped test of a package under the reason that it gave.
func (t *Tally) skip(pkg, output string) {
	t.Skipped++
	reason := "no reason given"
	for line := range strings.Lines(output) {
		if m := reasonLine.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			reason = m[1] // the last one is the skip's own
		}
	}
	t.because(reason, 1)
	if strings.Contains(reason, onServer) {
		t.asksForServer(pkg)
	}
}

func (t *Tally) because(reason string, n int) {
	if t.reasons == nil {
		t.reasons = map[string]int{}
	}
	t.reasons[reason] += n
}

func (t *Tally) asksForServer(pkg string) {
	if t.wantServer == nil {
		t.wantServer = map[string]bool{}
	}
	t.wantServer[pkg] = true
}

// printSkips says why tests were skipped, each reason once.
func (t Tally) printSkips(out io.Writer) {
	for _, reason := range slices.Sorted(maps.Keys(t.reasons)) {
		fmt.Fprintf(out, "skipped %3d: %s\n", t.reasons[reason], reason)
	}
}
