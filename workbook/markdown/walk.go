package markdown

import (
	"iter"

	"github.com/yuin/goldmark/ast"
)

// all yields a tree's nodes, each before those below it. A node may be replaced while it is looked at; what replaces it
// is not looked at.
func all(tree ast.Node) iter.Seq[ast.Node] {
	return func(yield func(ast.Node) bool) { visit(tree, yield) }
}

func visit(n ast.Node, yield func(ast.Node) bool) bool {
	if !yield(n) {
		return false
	}
	for child := n.FirstChild(); child != nil; {
		next := child.NextSibling()
		if !visit(child, yield) {
			return false
		}
		child = next
	}
	return true
}
