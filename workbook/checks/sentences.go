package checks

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"

	"example.com/redis-chat/workbook/workspace"
)

// sentence is something that a program says when it cannot do what it was asked for.
type sentence struct {
	text string // with … for each part that differs from case to case
	at   string // file:line
}

// sayers are the functions whose argument of that number is such a sentence. It counts
// when it is constant: one that is put together was a sentence somewhere else.
var sayers = map[string]int{
	"errors.New": 0, "fmt.Errorf": 0, "http.Error": 1,
	".Warn": 0, ".Error": 0, // of a log, with something behind it or a text of its own
	".Failed": 0, ".Degrade": 0, ".Delay": 0, // what clients are told
	".settle": 2, ".problem": 0, ".lost": 0, ".giveUp": 0,
	"bad": 0, "fault": 0, "Problemf": 1, ".Problemf": 1, "Usagef": 0, ".Usagef": 0,
}

// tellers are the files that explain an error, a refusal or a doubt in words of their own:
// there each string of three words and more counts that is returned, assigned, or
// the text of a close frame.
var tellers = regexp.MustCompile(`^(?:01-redis-basics/(?:dial/explain|keypair/trust)|02-replication/(?:check|look|embedded/commands)|` +
	`04-websocket-chat/(?:admin/door|capacity|kick|upgrade|frame/close|frame/kick|frame/parse|node/gate|client/(?:refused|tls)|talk/nodes|talk/readable)|` +
	`05-distributed-relay/(?:health|node/node)|06-emitter/system/observer)\.go$`)

// writers are the tools of whoever writes the texts: they name a file, a line and what to
// do, and no reader meets them.
var writers = regexp.MustCompile(`^workbook/(?:cmd/)?(?:weave|book|slides|markdown|anchor|standalone)/`)

// sentences collects what the programs say, of every file but those of tests. A
// constant is looked up by its name, which is fine as long as no two differ: the second
// of a name is not believed.
func sentences(root string) ([]sentence, error) {
	files, err := workspace.Files(root, "*.go")
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	parsed := map[string]*ast.File{}
	constants := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || forTests(path.Dir(name)) || writers.MatchString(name) {
			continue
		}
		text, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed[name] = file
		collectConstants(file, constants)
	}
	var all []sentence
	for _, name := range files {
		if file := parsed[name]; file != nil {
			all = append(all, said(fset, file, constants, tellers.MatchString(name))...)
		}
	}
	more, err := saidByThePage(root)
	return append(all, more...), err
}

func collectConstants(file *ast.File, into map[string]string) {
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i >= len(v.Values) {
					continue
				}
				text, ok := constant(v.Values[i], nil)
				if before, twice := into[name.Name]; !ok || twice && before != text {
					text = "" // of two kinds
				}
				into[name.Name] = text
			}
		}
	}
}

// said returns the sentences of one file.
func said(fset *token.FileSet, file *ast.File, constants map[string]string, tells bool) (all []sentence) {
	add := func(e ast.Expr, words int) {
		text, ok := constant(e, constants)
		if text = anonymous(text); ok && len(strings.Fields(text)) >= words {
			at := fset.Position(e.Pos())
			all = append(all, sentence{text, at.Filename + ":" + strconv.Itoa(at.Line)})
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if i, ok := sayers[called(n)]; ok && len(n.Args) > i {
				add(n.Args[i], 1)
			}
		case *ast.ReturnStmt:
			for _, e := range n.Results {
				if tells {
					add(formatted(e), 3)
				}
			}
		case *ast.AssignStmt:
			for _, e := range n.Rhs {
				if tells {
					add(formatted(e), 3)
				}
			}
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				if tells {
					add(e, 3)
				}
			}
		}
		return true
	})
	return all
}

// called is a call's function as sayers names it: package and function, or a point and the
// method's name.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			if _, ok := sayers[x.Name+"."+f.Sel.Name]; ok {
				return x.Name + "." + f.Sel.Name
			}
		}
		return "." + f.Sel.Name
	}
	return ""
}

// formatted is the format of a call of fmt.Sprintf, else the expression itself.
func formatted(e ast.Expr) ast.Expr {
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) > 0 {
		if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return call.Args[0]
		}
	}
	return e
}

// constant is the text of an expression: a string, a constant of that name, or several that
// are put together. What is put between them is a part that differs.
func constant(e ast.Expr, constants map[string]string) (text string, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		return constants[e.Name], constants[e.Name] != ""
	case *ast.SelectorExpr:
		return constants[e.Sel.Name], constants[e.Sel.Name] != ""
	case *ast.BinaryExpr:
		left, known := constant(e.X, constants)
		right, also := constant(e.Y, constants)
		if !known {
			left = "%s"
		}
		if !also {
			right = "%s"
		}
		return left + right, e.Op == token.ADD && (known || also)
	}
	return "", false
}

var verb = regexp.MustCompile(`%[#+\- 0]*[0-9]*(?:\.[0-9]*)?[a-zA-Z]`)

// anonymous puts … in the place of a format's verbs.
func anonymous(format string) string {
	format = strings.ReplaceAll(verb.ReplaceAllString(format, "…"), "%%", "%")
	return strings.Join(strings.Fields(format), " ")
}
