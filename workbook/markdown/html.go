package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"regexp"

	chroma "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/yuin/goldmark"
	highlighting "github.com/yuin/goldmark-highlighting/v2"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	markup "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// Options say where a page has what a text leads to.
type Options struct {
	// Link returns the address in the page for a link's target, and a title or "". Its error is what is wrong with the
	// target; where the link stands is added. Default: the target as it is.
	Link func(target string) (address, title string, err error)
	// Image returns the address for a picture, such as a data URI. Default: the target as it is.
	Image func(target string) (address string, err error)
	// ID makes an element's id of a heading's anchor. Default: the anchor as it is.
	ID func(anchor string) string
}

// HTML returns the text as HTML. Comments are left out. The error has a line for each thing that is wrong: the file,
// the line in it, and what.
func (t *Text) HTML(o Options) ([]byte, error) {
	if o.Link == nil {
		o.Link = func(target string) (string, string, error) { return target, "", nil }
	}
	if o.Image == nil {
		o.Image = func(target string) (string, error) { return target, nil }
	}
	if o.ID == nil {
		o.ID = func(anchor string) string { return anchor }
	}
	if err := t.prepare(o); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := engine.Renderer().Render(&b, t.source, t.tree); err != nil {
		return nil, fmt.Errorf("%s: make HTML of it: %w", t.Name, err)
	}
	// A corner of a table that says nothing is the heading of nothing.
	return bytes.ReplaceAll(b.Bytes(), []byte("<th></th>"), []byte("<td></td>")), nil
}

// prepare changes the tree to what is to be shown.
func (t *Text) prepare(o Options) error {
	var wrong []error
	report := func(n ast.Node, format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("%s:%d: "+format, append([]any{t.Name, t.line(n)}, args...)...))
	}
	headings, level := t.Headings, 0
	for n := range all(t.tree) {
		switch n := n.(type) {
		case *ast.Heading:
			n.SetAttributeString("id", o.ID(headings[0].Anchor))
			headings = headings[1:]
			n.Level = min(n.Level, level+1) // a list of terms may leave one out, which screen readers stumble over
			level = n.Level
		case *ast.Link:
			address, title, err := o.Link(string(n.Destination))
			if err != nil {
				report(n, "link to %s: %w", n.Destination, err)
			}
			n.Destination = []byte(address)
			if title != "" {
				n.Title = []byte(title)
			}
		case *ast.Image:
			address, err := o.Image(string(n.Destination))
			if err != nil {
				report(n, "picture %s: %w", n.Destination, err)
			}
			n.Destination = []byte(address)
		case *ast.HTMLBlock:
			block := n.Lines().Value(t.source)
			if n.HasClosure() {
				block = append(block, n.ClosureLine.Value(t.source)...)
			}
			t.raw(n, block, report)
		case *ast.RawHTML:
			t.raw(n, n.Segments.Value(t.source), report)
		case *ast.FencedCodeBlock:
			t.commands(n)
		case *extast.Table:
			wide(n)
		}
	}
	return errors.Join(wrong...)
}

var (
	comment = regexp.MustCompile(`(?s)<!--.*?-->`)
	tag     = regexp.MustCompile(`<[^>]*>`)
	known   = regexp.MustCompile(`^</?(?:details|summary|br|code|kbd|sub|sup)>$`)
)

// raw puts HTML that the text holds into the tree, without its comments. Elements that could fetch something, or have
// an id of their own, would need more care, and no text has any.
func (t *Text) raw(n ast.Node, source []byte, report func(ast.Node, string, ...any)) {
	source = comment.ReplaceAll(source, nil)
	for _, tag := range tag.FindAll(source, -1) {
		if !known.Match(tag) {
			report(n, "%s: only details, summary, br, code, kbd, sub and sup can stand in a text as HTML", tag)
		}
	}
	shown := ast.NewString(source)
	shown.SetCode(true) // goldmark's word for: as it is
	n.Parent().ReplaceChild(n.Parent(), n, shown)
}

// engine writes a tree as HTML.
var engine = goldmark.New(
	goldmark.WithExtensions(
		extension.GFM,
		highlighting.NewHighlighting(
			highlighting.WithFormatOptions(chroma.WithClasses(true), chroma.PreventSurroundingPre(true)),
			highlighting.WithWrapperRenderer(wrapper),
		),
	),
	goldmark.WithRendererOptions(
		markup.WithUnsafe(), // prepare has looked at it
		renderer.WithNodeRenderers(util.Prioritized(ours{}, 100)),
	),
)

// wrapper writes what stands around a block of code.
func wrapper(w util.BufWriter, block highlighting.CodeBlockContext, entering bool) {
	if !entering {
		_, _ = w.WriteString("</code></pre>\n")
		return
	}
	_, _ = w.WriteString("<pre><code")
	if language, ok := block.Language(); ok {
		_, _ = w.WriteString(` class="language-` + html.EscapeString(string(language)) + `"`)
	}
	_ = w.WriteByte('>')
}
