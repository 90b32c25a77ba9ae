package checks

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const slidesText = "docs/slides.md" // the workshop's slides

// codeInSummary is HTML, in which backticks mean nothing.
var codeInSummary = regexp.MustCompile("^(?:<details>)?<summary>[^<]*`")

// wrongHeadings looks at each text's headings: one of level 1 is the title, and it is first; below a heading, the next
// is one level deeper at most. The book's table of contents is made of them. A text of many small entries, which the
// glossary is, may do without level 2; the slides have one title for each of their parts. What folds has a heading, too: its summary.
func wrongHeadings(_ context.Context, root string) ([]string, error) {
	texts, err := readTexts(root)
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, t := range texts {
		above := 0
		small := !slices.ContainsFunc(t.heads, func(h heading) bool { return h.level == 2 })
		for i, h := range t.heads {
			switch {
			case i == 0 && h.level != 1:
				findings = append(findings, fmt.Sprintf("%s:%d: the first heading is the title: write it with one #", t.name, h.line))
			case i > 0 && h.level == 1 && t.name != slidesText:
				findings = append(findings, fmt.Sprintf("%s:%d: a second title: a text has one heading with one #", t.name, h.line))
			case i > 0 && h.level > above+1 && !small:
				findings = append(findings, fmt.Sprintf("%s:%d: a heading of level %d below one of level %d", t.name, h.line, h.level, above))
			}
			above = h.level
		}
		source, err := readFile(root, t.name)
		if err != nil {
			return nil, err
		}
		for i, line := range strings.Split(string(source), "\n") {
			if codeInSummary.MatchString(line) {
				findings = append(findings, fmt.Sprintf("%s:%d: in a <summary> a page shows backticks as they are: write <code>", t.name, i+1))
			}
		}
		if len(t.heads) == 0 {
			findings = append(findings, t.name+":1: there is no heading: begin with # and a title")
		}
	}
	slices.Sort(findings)
	return findings, nil
}
