package weave

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
)

// goFile is a file that code blocks come from.
type goFile struct {
	name    string // its path from the root
	lines   []string
	fset    *token.FileSet
	syntax  *ast.File
	regions []region
}

func parseGo(name string, source []byte) (*goFile, error) {
	f := &goFile{name: name, fset: token.NewFileSet(), lines: strings.Split(string(source), "\n")}
	var err error
	if f.syntax, err = parser.ParseFile(f.fset, name, source, parser.ParseComments|parser.SkipObjectResolution); err != nil {
		return nil, err
	}
	f.regions, err = regions(name, f.lines)
	return f, err
}

// piece is what a name stands for.
type piece struct {
	lines []string
	where string // for the caption: `queue.put`, or: part of `run`
}

// find returns the piece of a name: a type, function, variable or constant, a method as
// Type.Method, or a marked region. The folder's or the package's name may stand in
// front of it, as in first.main. A name in a group of constants stands for the group.
func (f *goFile) find(name string, noDoc bool) (piece, error) {
	short := name
	for _, prefix := range []string{path.Base(path.Dir(f.name)) + ".", f.syntax.Name.Name + "."} {
		if f.declaration(name) == nil {
			short = strings.TrimPrefix(short, prefix)
		}
	}
	var found []piece
	if d := f.declaration(short); d != nil {
		found = append(found, piece{f.source(d, noDoc), "`" + name + "`"})
	}
	for _, r := range f.regions {
		if r.name == name {
			where := "a part of it"
			if d := f.around(r.first); d != "" {
				where = "a part of `" + d + "`"
			}
			found = append(found, piece{dedent(f.unmarked(r.first, r.last)), where})
		}
	}
	switch len(found) {
	case 0:
		return piece{}, fmt.Errorf("%s has no declaration and no region %s: there are %s", f.name, name, strings.Join(f.names(), ", "))
	case 1:
		return found[0], nil
	}
	return piece{}, fmt.Errorf("%s has a declaration and a region %s: give the region another name", f.name, name)
}

// declaration returns the top-level declaration of a name, or nil.
func (f *goFile) declaration(name string) ast.Decl {
	for _, d := range f.syntax.Decls {
		if slices.Contains(declared(d), name) {
			return d
		}
	}
	return nil
}

// around returns the name of the declaration that a line is in, or nothing.
func (f *goFile) around(line int) string {
	for _, d := range f.syntax.Decls {
		if names := declared(d); len(names) > 0 && f.fset.Position(d.Pos()).Line <= line && line <= f.fset.Position(d.End()).Line {
			return names[0]
		}
	}
	return ""
}

func (f *goFile) names() []string {
	var all []string
	for _, d := range f.syntax.Decls {
		all = append(all, declared(d)...)
	}
	for _, r := range f.regions {
		all = append(all, r.name)
	}
	return all
}

// declared returns the names that a declaration gives a meaning to.
func declared(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil || len(d.Recv.List) == 0 {
			return []string{d.Name.Name}
		}
		return []string{receiver(d.Recv.List[0].Type) + "." + d.Name.Name}
	case *ast.GenDecl:
		var names []string
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names = append(names, n.Name)
				}
			}
		}
		return names
	}
	return nil
}

// receiver returns the name of a method's type, without pointer and type parameters.
func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.IndexListExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// source returns the lines of a declaration, as they stand in the file: with what stands
// behind its end on the same line, without the marks of regions.
func (f *goFile) source(d ast.Decl, noDoc bool) []string {
	first := d.Pos()
	var doc *ast.CommentGroup
	switch d := d.(type) {
	case *ast.FuncDecl:
		doc = d.Doc
	case *ast.GenDecl:
		doc = d.Doc
	}
	if doc != nil && !noDoc {
		first = doc.Pos()
	}
	return f.unmarked(f.fset.Position(first).Line, f.fset.Position(d.End()).Line)
}
