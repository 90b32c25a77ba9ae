package checks

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
)

// functionName is a function as a text names it: the file, from the repository's root, a
// colon, and the function or Type.method; in JavaScript, a function or a method.
var functionName = regexp.MustCompile(`^([\w./-]+\.(?:go|js)):([A-Za-z_][\w.]*)$`)

// missingFunctions looks for the functions that texts name with their files: a reader who
// follows a message by these names must find each.
func missingFunctions(_ context.Context, root string) ([]string, error) {
	texts, err := readTexts(root)
	if err != nil {
		return nil, err
	}
	there := map[string]map[string]bool{} // by file
	var findings []string
	for _, t := range texts {
		for _, c := range t.code {
			m := functionName.FindStringSubmatch(c.text)
			if m == nil || !c.span {
				continue
			}
			file, name := m[1], m[2]
			if there[file] == nil {
				if there[file], err = functionsOf(root, file); err != nil {
					there[file] = map[string]bool{}
					findings = append(findings, fmt.Sprintf("%s:%d: %s: %v", t.name, c.line, c.text, err))
					continue
				}
			}
			if !there[file][name] {
				findings = append(findings, fmt.Sprintf("%s:%d: there is no %s in %s: correct the name, or the file", t.name, c.line, name, file))
			}
		}
	}
	slices.Sort(findings)
	return findings, nil
}

var scriptFunction = regexp.MustCompile(`(?m)^\s*(?:export\s+)?(?:async\s+)?(?:function\s+)?(\w+)\([^;]*\{`)

// functionsOf returns the functions that a file declares; of methods, Type.method.
func functionsOf(root, name string) (map[string]bool, error) {
	text, err := readFile(root, name)
	if err != nil {
		return nil, fmt.Errorf("there is no such file")
	}
	there := map[string]bool{}
	if path.Ext(name) == ".js" {
		for _, m := range scriptFunction.FindAllSubmatch(text, -1) {
			there[string(m[1])] = true
		}
		return there, nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			there[receiver(f)+f.Name.Name] = true
		}
	}
	return there, nil
}

// receiver is a method's type and a point, without a pointer's star and a type's parameters.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if generic, ok := t.(*ast.IndexExpr); ok {
		t = generic.X
	}
	name, _ := t.(*ast.Ident)
	if name == nil {
		return "."
	}
	return name.Name + "."
}
