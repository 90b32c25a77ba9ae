package markdown

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// wideBox is a box that scrolls, so that a table wider than the window does not make the page wider.
type wideBox struct{ ast.BaseBlock }

var kindWide = ast.NewNodeKind("Wide")

func (*wideBox) Kind() ast.NodeKind              { return kindWide }
func (n *wideBox) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// wide puts a box around a node.
func wide(n ast.Node) {
	box := &wideBox{}
	n.Parent().ReplaceChild(n.Parent(), n, box)
	box.AppendChild(box, n)
}

func writeWide(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	html := "</div>\n"
	if entering {
		html = `<div class="wide">`
	}
	_, err := w.WriteString(html)
	return ast.WalkContinue, err
}
