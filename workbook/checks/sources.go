package checks

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"regexp"
	"strings"

	"example.com/redis-chat/workbook/workspace"
)

func unformatted(_ context.Context, root string) ([]string, error) {
	files, err := workspace.Files(root, "*.go")
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, name := range files {
		text, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		formatted, err := format.Source(text)
		if err != nil {
			findings = append(findings, name+": "+err.Error())
		} else if !bytes.Equal(text, formatted) {
			findings = append(findings, name+": not formatted")
		}
	}
	return findings, nil
}

// traces finds what was left behind on the way to working code.
func traces(_ context.Context, root string) ([]string, error) {
	files, err := workspace.Files(root, "*.go")
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, name := range files {
		text, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		findings = append(findings, tracesIn(name, text)...)
	}
	return findings, nil
}

var unfinished = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)

func tracesIn(name string, text []byte) []string {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	var findings []string
	at := func(pos token.Pos, sentence string) {
		findings = append(findings, fmt.Sprintf("%s: %s", fset.Position(pos), sentence))
	}
	if !strings.Contains(name, "exercises/") { // a stub there says what the learner is to do
		for _, group := range file.Comments {
			for _, c := range group.List {
				if m := unfinished.FindString(c.Text); m != "" {
					at(c.Pos(), m+": do it, or say in plain words why not")
				}
			}
		}
	}
	if strings.HasSuffix(name, "_test.go") {
		inspectTest(file, at)
	}
	return findings
}

func inspectTest(file *ast.File, at func(token.Pos, string)) {
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		selector, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		of, _ := selector.X.(*ast.Ident)
		switch {
		case of != nil && of.Name == "synctest" && selector.Sel.Name == "Test":
			return false // time stands still there, and a sleep is how it is moved
		case of != nil && of.Name == "time" && selector.Sel.Name == "Sleep":
			at(call.Pos(), "time.Sleep in a test: wait for the event itself, or use testing/synctest")
		case selector.Sel.Name == "SkipNow", selector.Sel.Name == "Skip" && len(call.Args) == 0:
			at(call.Pos(), "skipped without a reason: say what is missing and how to get it")
		}
		return true
	})
}
