package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"example.com/redis-chat/workbook/anchor"
)

// Text is a Markdown file that has been read. HTML can be made of it once.
type Text struct {
	Name     string // the file's path from the repository's root, with slashes
	Title    string // the words of its first heading of level 1; without one, Name
	Headings []Heading
	Anchors  anchor.Names // of all headings

	source []byte
	tree   ast.Node
}

// Heading is one of a text's headings, in the text's order.
type Heading struct {
	Level  int    // 1 to 6
	Words  string // without marks
	Anchor string // unique in its text
}

// Read reads a text. There is no Markdown that it refuses.
func Read(name string, source []byte) *Text {
	t := &Text{Name: name, source: source}
	parser := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
	t.tree = parser.Parse(text.NewReader(source))
	for n := range all(t.tree) {
		h, ok := n.(*ast.Heading)
		if !ok {
			continue
		}
		words := t.words(h)
		t.Headings = append(t.Headings, Heading{h.Level, words, t.Anchors.Heading(words)})
		if h.Level == 1 && t.Title == "" {
			t.Title = words
		}
	}
	if t.Title == "" {
		t.Title = name
	}
	return t
}

// words returns the text of a node without its marks.
func (t *Text) words(n ast.Node) string {
	var b strings.Builder
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if leaf, ok := child.(*ast.Text); ok {
			b.Write(leaf.Value(t.source))
			if leaf.SoftLineBreak() {
				b.WriteByte(' ')
			}
			continue
		}
		b.WriteString(t.words(child))
	}
	return b.String()
}

// line returns the line that a node begins in. Of one that does not know it, it is the line of the nearest node above
// or below that does.
func (t *Text) line(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		for child := n; child != nil; child = child.FirstChild() {
			if start, ok := position(child); ok {
				return 1 + bytes.Count(t.source[:start], []byte("\n"))
			}
		}
	}
	return 1
}

func position(n ast.Node) (int, bool) {
	switch n := n.(type) {
	case *ast.Text:
		return n.Segment.Start, true
	case *ast.RawHTML:
		return n.Segments.At(0).Start, true
	}
	if n.Type() == ast.TypeBlock && n.Lines().Len() > 0 {
		return n.Lines().At(0).Start, true
	}
	return 0, false
}
