package exercise

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Sources are an exercise's files other than its tests, by name.
type Sources map[string][]byte

// readSources reads the Go files of a folder that are no tests.
func readSources(dir string) (Sources, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	sources := Sources{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if sources[filepath.Base(name)], err = os.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return sources, nil
}

// Written is what is in the exercise's folder: the stub, or the learner's work.
func (e Exercise) Written() (Sources, error) { return readSources(e.Dir()) }

// Solution is the package, solved.
func (e Exercise) Solution() (Sources, error) {
	sources, err := readSources(filepath.Join(e.Dir(), "solution"))
	if err == nil && len(sources) == 0 {
		err = fmt.Errorf("%s/solution: there is no solution", e.Folder())
	}
	return sources, err
}

// Stub is what the learner finds: cut out of the solution. A file of the solution in
// which nothing is marked is no part of it, if another one is.
func (e Exercise) Stub() (Sources, error) {
	solution, err := e.Solution()
	if err != nil {
		return nil, err
	}
	stub := Sources{}
	for name, source := range solution {
		cut, err := Cut(source)
		if err != nil {
			return nil, fmt.Errorf("%s/solution/%s: %w", e.Folder(), name, err)
		}
		stub[name] = cut
	}
	return stub, nil
}

// Untouched reports whether the folder holds the stub as it was.
func (e Exercise) Untouched() (bool, error) {
	stub, err := e.Stub()
	if err != nil {
		return false, err
	}
	written, err := e.Written()
	return err == nil && stub.equal(written), err
}

func (s Sources) equal(t Sources) bool {
	if len(s) != len(t) {
		return false
	}
	for name, source := range s {
		if other, ok := t[name]; !ok || string(other) != string(source) {
			return false
		}
	}
	return true
}

// Wrong is a typical mistake.
type Wrong struct {
	Name    string
	Mistake string // what is wrong, a sentence
	Says    string // what the failing test must say
	Sources Sources
}

var (
	mistake = regexp.MustCompile(`(?m)^// The mistake: (.+(?:\n// \S.*)*)`)
	says    = regexp.MustCompile(`(?m)^// The test says: (.+)$`)
)

// Wrongs are the exercise's typical mistakes, by name.
func (e Exercise) Wrongs() ([]Wrong, error) {
	dirs, err := filepath.Glob(filepath.Join(e.Dir(), "wrong", "*"))
	if err != nil {
		return nil, err
	}
	slices.Sort(dirs)
	var all []Wrong
	for _, dir := range dirs {
		w := Wrong{Name: filepath.Base(dir)}
		if w.Sources, err = readSources(dir); err != nil {
			return nil, err
		}
		for _, source := range w.Sources {
			if m := says.FindSubmatch(source); m != nil {
				w.Says = strings.TrimSpace(string(m[1]))
			}
			if m := mistake.FindSubmatch(source); m != nil {
				text, _, _ := strings.Cut(string(m[1]), "\n// The test says:")
				w.Mistake = strings.ReplaceAll(text, "\n// ", " ")
			}
		}
		if w.Says == "" || w.Mistake == "" {
			return nil, fmt.Errorf("%s/wrong/%s: its package comment needs a line \"The mistake: …\" and a line \"The test says: …\"", e.Folder(), w.Name)
		}
		all = append(all, w)
	}
	return all, nil
}
