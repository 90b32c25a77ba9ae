package checks

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"example.com/redis-chat/workbook/workspace"
)

var (
	testName = regexp.MustCompile(`^(?:Test|Fuzz|Benchmark)[A-Z]\w+$`)
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)\(`)
)

// missingTests looks for the tests that texts name between backquotes: a promise whose
// test is gone, or goes by another name, is shown by nothing.
func missingTests(_ context.Context, root string) ([]string, error) {
	texts, err := readTexts(root)
	if err != nil {
		return nil, err
	}
	files, err := workspace.Files(root, "*_test.go")
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, name := range files {
		source, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		for _, m := range testFunc.FindAllSubmatch(source, -1) {
			there[string(m[1])] = true
		}
	}
	var findings []string
	for _, t := range texts {
		for _, c := range t.code {
			if c.span && testName.MatchString(c.text) && !there[c.text] {
				findings = append(findings, fmt.Sprintf("%s:%d: there is no test %s: correct the name, or the promise", t.name, c.line, c.text))
			}
		}
	}
	slices.Sort(findings)
	return findings, nil
}
