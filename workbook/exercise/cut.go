package exercise

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/ast/astutil"
)

// The lines that mark what the learner is to write. The stub's own lines stand between
// the first two, as comments.
const (
	stubMark     = "//exercise:stub"
	solutionMark = "//exercise:solution"
	endMark      = "//exercise:end"
)

// Cut makes the stub of a solution: each region from //exercise:stub to //exercise:end
// becomes what stands, commented out, between //exercise:stub and //exercise:solution.
// Imports that nobody uses any more go. An error says which line is wrong.
func Cut(solution []byte) ([]byte, error) {
	var stub bytes.Buffer
	const outside, inStub, inSolution = 0, 1, 2
	state, line, regions := outside, 0, 0
	for l := range strings.Lines(string(solution)) {
		line++
		mark := strings.TrimSpace(l)
		expected := map[string]int{stubMark: outside, solutionMark: inStub, endMark: inSolution}
		if want, isMark := expected[mark]; isMark {
			if state != want {
				return nil, fmt.Errorf("line %d: %s is out of order: a region is %s, %s, %s", line, mark, stubMark, solutionMark, endMark)
			}
			state = (state + 1) % 3
			regions++
			continue
		}
		switch state {
		case outside:
			stub.WriteString(l)
		case inStub:
			code, ok := strings.CutPrefix(mark, "//")
			if !ok {
				return nil, fmt.Errorf("line %d: between %s and %s each line is a comment, and becomes the stub's code", line, stubMark, solutionMark)
			}
			stub.WriteString(strings.TrimPrefix(code, " ") + "\n")
		}
	}
	switch {
	case state != outside:
		return nil, fmt.Errorf("the last region has no %s", endMark)
	case regions == 0:
		return nil, fmt.Errorf("nothing is cut out: mark what the learner writes with %s, %s, %s", stubMark, solutionMark, endMark)
	}
	return dropUnusedImports(stub.Bytes())
}

func dropUnusedImports(source []byte) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("the stub is no Go: %w", err)
	}
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok {
				used[x.Name] = true
			}
		}
		return true
	})
	for _, spec := range slices.Clone(file.Imports) {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		name, names := "", guesses(importPath)
		if spec.Name != nil {
			name, names = spec.Name.Name, []string{spec.Name.Name}
		}
		if name != "_" && !slices.ContainsFunc(names, func(n string) bool { return used[n] }) {
			astutil.DeleteNamedImport(fset, file, name, importPath)
		}
	}
	var out bytes.Buffer
	if err := format.Node(&out, fset, file); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

var version = regexp.MustCompile(`^v\d+$`)

// guesses are the names that the package of a path may have: github.com/redis/go-redis/v9
// is redis, .../04-websocket-chat is chat. To be sure one would have to find its source.
func guesses(importPath string) []string {
	if base := path.Base(importPath); version.MatchString(base) {
		importPath = path.Dir(importPath)
	}
	return strings.FieldsFunc(path.Base(importPath), func(r rune) bool { return r == '-' || r == '.' })
}

// WithoutMarks is a solution as one reads it: without the lines that cut the stub out.
func WithoutMarks(solution []byte) []byte {
	var out bytes.Buffer
	inStub := false
	for l := range strings.Lines(string(solution)) {
		switch mark := strings.TrimSpace(l); {
		case mark == stubMark:
			inStub = true
		case mark == solutionMark:
			inStub = false
		case mark != endMark && !inStub:
			out.WriteString(l)
		}
	}
	return out.Bytes()
}
