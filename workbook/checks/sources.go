package checks

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
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

var unfinished = regexp.MustCompile(`\b(TODO|FIXME|XXX)\b`)

// traces finds leftovers from the way to working code.
func traces(_ context.Context, root string) ([]string, error) {
	files, err := workspace.Files(root, "*.go")
	if err != nil {
		return nil, err
	}
	var findings []string
	at := func(pos token.Position, sentence string) {
		findings = append(findings, fmt.Sprintf("%s: %s", pos, sentence))
	}
	tests := map[string][]*ast.File{} // by folder
	fset := token.NewFileSet()
	for _, name := range files {
		text, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			findings = append(findings, err.Error())
			continue
		}
		if strings.HasSuffix(name, "_test.go") {
			tests[path.Dir(name)] = append(tests[path.Dir(name)], file)
		}
		if strings.Contains(name, "exercises/") { // a stub there says what the learner is to do
			continue
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				if m := unfinished.FindString(c.Text); m != "" {
					at(fset.Position(c.Pos()), m+": do it, or say in plain words why not")
				}
			}
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(tests)) {
		inspectTests(tests[folder], func(pos token.Pos, sentence string) { at(fset.Position(pos), sentence) })
	}
	return findings, nil
}

// inspectTests looks at the test files of one package. A sleep, and a time to wait, are fine in the time of
// testing/synctest, which only a sleep moves: in a function that uses synctest, or that calls a function of
// the package that does.
func inspectTests(files []*ast.File, at func(token.Pos, string)) {
	bubbles := map[string]bool{}
	var functions []*ast.FuncDecl
	for _, file := range files {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				functions = append(functions, f)
				if calls(f, func(pkg, _ string) bool { return pkg == "synctest" }) {
					bubbles[f.Name.Name] = true
				}
			}
		}
	}
	for _, f := range functions {
		inBubble := bubbles[f.Name.Name] || calls(f, func(pkg, name string) bool { return pkg == "" && bubbles[name] })
		eachCall(f, func(call *ast.CallExpr, pkg, name string) {
			switch {
			case pkg == "time" && name == "Sleep" && !inBubble:
				at(call.Pos(), "time.Sleep in a test: wait for the event itself, or use testing/synctest")
			case pkg != "" && (name == "SkipNow" || name == "Skip" && len(call.Args) == 0):
				at(call.Pos(), "skipped without a reason: say what is missing and how to get it")
			case strings.HasPrefix(name, "Eventually") && len(call.Args) > 2 && !inBubble && namesTime(call.Args[2]):
				at(call.Pos(), "waits for a time of its own: use the package's patience, which ends a hang and says nothing about speed")
			}
		})
	}
}

// namesTime reports whether an expression is made of time.Second or the like.
func namesTime(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			x, ok := s.X.(*ast.Ident)
			found = found || ok && x.Name == "time"
		}
		return !found
	})
	return found
}

func calls(f *ast.FuncDecl, which func(pkg, name string) bool) bool {
	found := false
	eachCall(f, func(_ *ast.CallExpr, pkg, name string) { found = found || which(pkg, name) })
	return found
}

// eachCall visits the calls of plain functions and of x.name, where x is a package or
// a variable.
func eachCall(f *ast.FuncDecl, visit func(call *ast.CallExpr, x, name string)) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				visit(call, "", fun.Name)
			case *ast.SelectorExpr:
				if x, ok := fun.X.(*ast.Ident); ok {
					visit(call, x.Name, fun.Sel.Name)
				}
			}
		}
		return true
	})
}
