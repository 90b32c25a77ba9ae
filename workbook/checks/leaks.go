package checks

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"

	"example.com/redis-chat/workbook/workspace"
)

// unwatchedForLeaks finds the folders whose tests do not look, in TestMain, for goroutines
// that they leave behind. A folder with nothing but examples need not look: they show how
// something is called, and are too few to matter. An exercise is the learner's.
func unwatchedForLeaks(_ context.Context, root string) ([]string, error) {
	files, err := workspace.Files(root, "*_test.go")
	if err != nil {
		return nil, err
	}
	watched := map[string]bool{} // by folder that has tests
	for _, name := range files {
		if strings.Contains(name, "exercises/") {
			continue
		}
		text, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("look for leak checks: %w", err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Body == nil || !runs(f.Name.Name) {
				continue
			}
			folder := path.Dir(name)
			watched[folder] = watched[folder] || f.Name.Name == "TestMain" && calls(f, func(pkg, name string) bool {
				return pkg == "goleak" && name == "VerifyTestMain" || (pkg == "redistest" || pkg == "") && name == "Main"
			})
		}
	}
	var findings []string
	for _, folder := range slices.Sorted(maps.Keys(watched)) {
		if !watched[folder] {
			findings = append(findings, folder+": its tests do not look for goroutines that are left: call redistest.Main, or goleak.VerifyTestMain, in TestMain")
		}
	}
	return findings, nil
}

// runs reports whether go test runs a function of that name, as more than an example.
func runs(name string) bool {
	return strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") || strings.HasPrefix(name, "Benchmark")
}
