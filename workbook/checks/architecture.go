package checks

import (
	"bytes"
	"context"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/redis-chat/workbook/workspace"
)

const architecture = "docs/architecture.md"

// wrongArchitecture compares the table of what imports what with the code: a reader who
// looks for a room must find each, and nobody must be told of an import that is gone.
func wrongArchitecture(_ context.Context, root string) ([]string, error) {
	text, err := readFile(root, architecture)
	if err != nil {
		return nil, err
	}
	told := map[string]string{}
	line := map[string]int{}
	for _, m := range importRow.FindAllSubmatchIndex(text, -1) {
		name := string(text[m[2]:m[3]])
		told[name] = string(text[m[4]:m[5]])
		line[name] = 1 + bytes.Count(text[:m[0]], []byte("\n"))
	}
	there, err := importsOfChapters(root)
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, name := range slices.Sorted(maps.Keys(there)) {
		want := "–"
		if len(there[name]) > 0 {
			want = "`" + strings.Join(there[name], "`, `") + "`"
		}
		switch got, ok := told[name]; {
		case !ok:
			findings = append(findings, fmt.Sprintf("%s: the table does not name %s: add a row, which imports %s", architecture, name, want))
		case got != want:
			findings = append(findings, fmt.Sprintf("%s:%d: %s imports %s", architecture, line[name], name, want))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(told)) {
		if _, ok := there[name]; !ok {
			findings = append(findings, fmt.Sprintf("%s:%d: there is no package %s: take the row out", architecture, line[name], name))
		}
	}
	return findings, nil
}

var importRow = regexp.MustCompile("(?m)^\\| `(\\d\\d-[^`:]+)` \\| [^|]*\\| ([^|]*) \\|$")

// importsOfChapters returns the packages of the chapters, and which packages of ours each
// imports. What only tests use is left out.
func importsOfChapters(root string) (map[string][]string, error) {
	files, err := workspace.Files(root, "*.go")
	if err != nil {
		return nil, err
	}
	imports := map[string][]string{}
	for _, name := range files {
		dir := path.Dir(name)
		if _, ok := chapter(name); !ok || strings.HasSuffix(name, "_test.go") || forTests(dir) {
			continue
		}
		text, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		imports[dir] = slices.Clone(imports[dir])
		for _, spec := range file.Imports {
			if imported, err := strconv.Unquote(spec.Path.Value); err == nil {
				if ours, ok := strings.CutPrefix(imported, ours); ok && !slices.Contains(imports[dir], ours) {
					imports[dir] = append(imports[dir], ours)
				}
			}
		}
		slices.Sort(imports[dir])
	}
	return imports, nil
}

// testPackage is the name of a package that tests share, as redistest; load-test is a lab.
var testPackage = regexp.MustCompile(`^[a-z0-9]+test$`)

// forTests reports whether a package serves tests, or is a learner's work.
func forTests(dir string) bool {
	for part := range strings.SplitSeq(dir, "/") {
		if testPackage.MatchString(part) || part == "interop" || part == "exercises" {
			return true
		}
	}
	return false
}
