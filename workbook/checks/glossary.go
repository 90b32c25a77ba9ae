package checks

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"example.com/redis-chat/workbook/anchor"
)

const glossary = "docs/glossary.md"

var (
	termHeading = regexp.MustCompile(`^### (.+)$`)
	lessonName  = regexp.MustCompile(`^(?:\d\d-[^/]+|labs/[^/]+)/README\.md$`)
)

// wrongGlossary looks at the terms of the glossary, each a heading: whoever looks for one by
// the alphabet finds it, it leads to where it is taught, and a lesson leads to it.
func wrongGlossary(_ context.Context, root string) ([]string, error) {
	texts, err := readTexts(root)
	if err != nil {
		return nil, err
	}
	g := texts[glossary]
	if g == nil {
		return nil, fmt.Errorf("%s is missing", glossary)
	}
	linked := map[string]bool{}
	for _, t := range texts {
		if !lessonName.MatchString(t.name) {
			continue
		}
		for _, l := range t.links {
			if file, anchor, _ := strings.Cut(l.target, "#"); path.Join(path.Dir(t.name), file) == glossary {
				linked[anchor] = true
			}
		}
	}
	source, err := readFile(root, glossary)
	if err != nil {
		return nil, err
	}
	var findings []string
	odd := func(line int, format string, args ...any) {
		findings = append(findings, fmt.Sprintf("%s:%d: ", glossary, line)+fmt.Sprintf(format, args...))
	}
	terms := termsOf(string(source))
	for i, term := range terms {
		if !linked[anchor.Of(term.name)] {
			odd(term.line, "no lesson links to %q: link it where the chapter that teaches it uses it first, to glossary.md#%s", term.name, anchor.Of(term.name))
		}
		if i > 0 {
			switch before, now := strings.ToLower(terms[i-1].name), strings.ToLower(term.name); {
			case before == now:
				odd(term.line, "%q is there twice: make one of the two", term.name)
			case before > now:
				odd(term.line, "%q stands behind %q: keep the order of the alphabet", term.name, terms[i-1].name)
			}
		}
		if !leads(g.links, term.line, term.end) {
			odd(term.line, "%q has no link to the lesson or the file where it is taught", term.name)
		}
	}
	if len(terms) == 0 {
		odd(1, "there are no terms: each is a heading, ### and the term")
	}
	return findings, nil
}

// term is one entry of the glossary: its lines are those from its heading to the next one.
type term struct {
	name      string
	line, end int
}

func termsOf(source string) (terms []term) {
	lines := strings.Split(source, "\n")
	for i, line := range lines {
		if m := termHeading.FindStringSubmatch(line); m != nil {
			if len(terms) > 0 {
				terms[len(terms)-1].end = i
			}
			terms = append(terms, term{m[1], i + 1, len(lines)})
		}
	}
	return terms
}

// leads reports whether one of the links in these lines leads out of the glossary.
func leads(links []link, from, to int) bool {
	for _, l := range links {
		if l.line >= from && l.line <= to && !strings.HasPrefix(l.target, "#") {
			return true
		}
	}
	return false
}
