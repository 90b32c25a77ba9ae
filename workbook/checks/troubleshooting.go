package checks

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	troubleshooting = "docs/troubleshooting.md"
	wrappers        = "workbook/checks/wrappers.txt"
)

// unexplained compares the page of troubles with what the programs say: whoever looks for a
// sentence must find it, and nobody must be told of one that no program says.
func unexplained(_ context.Context, root string) ([]string, error) {
	page, err := readFile(root, troubleshooting)
	if err != nil {
		return nil, err
	}
	list, err := readFile(root, wrappers)
	if err != nil {
		return nil, err
	}
	said, err := sentences(root)
	if err != nil {
		return nil, err
	}
	explained := entries(string(page))
	var wrapping []entry
	for i, line := range strings.Split(string(list), "\n") {
		if line != "" && !strings.HasPrefix(line, "#") {
			wrapping = append(wrapping, entry{text: line, line: i + 1})
		}
	}
	var findings []string
	for _, s := range said {
		if !mark(explained, s.text, entry.explains) && !mark(wrapping, s.text, entry.is) {
			findings = append(findings, fmt.Sprintf("%s: %q is explained nowhere: add it to an entry of %s, with what it means and what to do; "+
				"or to %s, when it only says where another error happened, or is no trouble", s.at, s.text, troubleshooting, wrappers))
		}
	}
	seen := map[string]bool{}
	for _, e := range explained {
		switch {
		case !e.used:
			findings = append(findings, fmt.Sprintf("%s:%d: no program says %q: correct it, or take it out", troubleshooting, e.line, e.text))
		case seen[e.text]:
			findings = append(findings, fmt.Sprintf("%s:%d: %q is explained twice: keep one", troubleshooting, e.line, e.text))
		}
		seen[e.text] = true
	}
	for _, e := range wrapping {
		if !e.used {
			findings = append(findings, fmt.Sprintf("%s:%d: no code has %q: take it out", wrappers, e.line, e.text))
		}
	}
	slices.Sort(findings)
	return findings, nil
}

// entry is a sentence that is explained, or one that need not be.
type entry struct {
	text string // with … for what differs
	line int
	used bool
}

func (e entry) is(said string) bool { return said == e.text }

// explains reports whether the entry is the sentence, or its beginning with … behind it. A
// beginning has three words at least: "want …" would be the beginning of everything.
func (e entry) explains(said string) bool {
	beginning, cut := strings.CutSuffix(e.text, "…")
	return e.is(said) || cut && strings.HasPrefix(said, beginning) && len(strings.Fields(strings.ReplaceAll(beginning, "…", ""))) >= 3
}

// mark marks all entries that fit, and reports whether there are any.
func mark(entries []entry, said string, fits func(entry, string) bool) (found bool) {
	for i := range entries {
		if fits(entries[i], said) {
			entries[i].used, found = true, true
		}
	}
	return found
}

var (
	firstCell = regexp.MustCompile("^\\| (`(?:[^|\\\\]|\\\\.)*`) \\|")
	quoted    = regexp.MustCompile("`([^`]+)`")
)

// entries are the code spans in the first cells of a page's tables.
func entries(page string) (all []entry) {
	for i, line := range strings.Split(page, "\n") {
		if m := firstCell.FindStringSubmatch(line); m != nil {
			for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
				all = append(all, entry{text: strings.ReplaceAll(q[1], `\|`, "|"), line: i + 1})
			}
		}
	}
	return all
}
