// Package checks proves rules for the whole repository that no single chapter's
// tests can see. The checks run one after the other: the go command inside of them
// uses all cores by itself.
package checks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/redis-chat/workbook/suite"
	"example.com/redis-chat/workbook/workspace"
)

// Check is one rule that the repository keeps.
type Check struct {
	Name string // for -only, and in front of its findings
	Rule string // what holds, as a sentence
	// Find returns what breaks the rule, a line or a block of lines each. An error
	// says that the check could not find out. That counts as broken, too.
	Find func(ctx context.Context, root string) ([]string, error)
}

// All returns the checks for the repository at root.
func All(root string) ([]Check, error) {
	checks := []Check{
		{"format", "every Go file is formatted (make fmt)", unformatted},
		{"sources", "no test sleeps, no test is skipped without a reason, nothing is left to do", traces},
		{"leaks", "every package's tests look for goroutines that are left behind", unwatchedForLeaks},
		{"modules", "every module is in go.work, asks for Go 1.26 and for the same versions as the others", strayModules},
		{"order", "a chapter imports only earlier chapters", upwardImports},
		{"rooms", "the emitter knows no chat, no Prometheus and no WebSocket; a node's program has no Redis inside", wrongRooms},
		{"links", "every relative link and anchor in a text leads somewhere", brokenLinks},
		{"headings", "every text has one title, no level of headings is left out, and what folds is named in HTML", wrongHeadings},
		{"tests", "every test that a text names is there", missingTests},
		{"functions", "every function that a text names is in the file that it names", missingFunctions},
		{"architecture", "the table of what imports what is true", wrongArchitecture},
		{"glossary", "every term is explained once, in the order of the alphabet, and linked to by a lesson", wrongGlossary},
		{"troubleshooting", "each sentence of a program that cannot go on is explained", unexplained},
		{"minutes", "a lesson's minutes, those of the map and those of the workshop's plans agree", wrongMinutes},
		{"job-minutes", "how long a job takes is the same in the Makefile and in all texts", wrongJobMinutes},
		{"exercise-minutes", "an exercise's minutes are the same in its list and in all texts, and add up", wrongExerciseMinutes},
		{"fences", "every block in a text is claimed, and its code is as in the source (go run ./workbook/cmd/weave)", falseFences},
		{"commands", "every make and go command in a text can be run", brokenCommands},
		{"tidy", "go mod tidy would change nothing (make tidy)", untidy},
		{"vet", "go vet has no objection", vet},
		{"macos", "everything compiles for macOS", typesFor("darwin")},
		{"windows", "everything compiles for Windows", typesFor("windows")},
		{"spelling", "no word is written as people often write it wrong", misspelled},
		{"staticcheck", "staticcheck has no objection", staticcheck},
		{"exercises", "each exercise's stub fails by its tests' words, its solution passes, its mistakes are told", unprovenExercises},
		{"transcripts", "every session in a text goes as it is shown (go run ./workbook/cmd/weave -accept)", falseTranscripts},
	}
	modules, err := workspace.Modules(root)
	if err != nil {
		return nil, err
	}
	for _, dir := range modules {
		if dir == toolsModule {
			continue
		}
		checks = append(checks, Check{"alone-" + shortName(dir), dir + " and its tests build without go.work, and go vet has no objection", failsAlone(dir)})
	}
	return checks, nil
}

// shortName is a module's last folder; exercises are named after their chapter.
func shortName(dir string) string {
	if path.Base(dir) == "exercises" {
		return path.Base(path.Dir(dir)) + "-exercises"
	}
	return path.Base(dir)
}

// notRun is the error of a check that could not look at everything, a sentence for each
// thing. That is no failure.
type notRun []string

func (n notRun) Error() string { return strings.Join(n, "; ") }

// Except returns the names of all checks but these.
func Except(root string, names []string) ([]string, error) {
	checks, err := All(root)
	if err == nil {
		err = known(checks, names)
	}
	var rest []string
	for _, c := range checks {
		if !slices.Contains(names, c.Name) {
			rest = append(rest, c.Name)
		}
	}
	return rest, err
}

// Run runs the checks whose names are in only, all when there are none, and prints
// each as a line, with its findings when it failed.
func Run(ctx context.Context, root string, only []string, out io.Writer) (suite.Tally, error) {
	checks, err := All(root)
	if err != nil {
		return suite.Tally{}, err
	}
	if err := known(checks, only); err != nil {
		return suite.Tally{}, err
	}
	var tally suite.Tally
	for _, c := range checks {
		if len(only) > 0 && !slices.Contains(only, c.Name) {
			continue
		}
		start := time.Now()
		findings, err := c.Find(ctx, root)
		if ctx.Err() != nil {
			return tally, fmt.Errorf("interrupted in check %s", c.Name)
		}
		var unseen notRun
		if errors.As(err, &unseen) {
			tally.Skipped += len(unseen)
		} else if err != nil {
			findings = append(findings, err.Error())
		}
		verdict := "ok"
		if len(findings) > 0 {
			verdict = "FAIL"
			tally.Failed++
		} else {
			tally.Passed++
		}
		fmt.Fprintf(out, "%-4s  %-20s  %s  %.1fs\n", verdict, c.Name, c.Rule, time.Since(start).Seconds())
		for _, f := range findings {
			fmt.Fprintln(out, "      "+strings.ReplaceAll(strings.TrimRight(f, "\n"), "\n", "\n      "))
		}
		for _, sentence := range unseen {
			fmt.Fprintln(out, "      skipped: "+sentence)
		}
	}
	return tally, nil
}

// ErrNoSuchCheck is in the error of a name that no check has.
var ErrNoSuchCheck = errors.New("there is no check")

func known(checks []Check, only []string) error {
	for _, name := range only {
		if !slices.ContainsFunc(checks, func(c Check) bool { return c.Name == name }) {
			var names []string
			for _, c := range checks {
				names = append(names, c.Name)
			}
			return fmt.Errorf("%w %q; there are: %s", ErrNoSuchCheck, name, strings.Join(names, ", "))
		}
	}
	return nil
}

// readFile reads a file of the repository, named as in findings.
func readFile(root, name string) ([]byte, error) {
	return os.ReadFile(path.Join(root, name))
}
