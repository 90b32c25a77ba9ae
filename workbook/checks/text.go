package checks

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	markdown "github.com/yuin/goldmark/text"

	"example.com/redis-chat/workbook/anchor"
	"example.com/redis-chat/workbook/workspace"
)

// text is all that the checks need to know of a Markdown file.
type text struct {
	name    string
	links   []link
	heads   []heading
	anchors anchor.Names
	code    []code
}

type link struct {
	line   int
	target string
}

type heading struct{ line, level int }

// code is a fenced block or a span between backquotes.
type code struct {
	line     int // of the first line of text
	language string
	span     bool
	text     string
}

// readTexts reads every Markdown file, by name.
func readTexts(root string) (map[string]*text, error) {
	files, err := workspace.Files(root, "*.md")
	if err != nil {
		return nil, err
	}
	texts := map[string]*text{}
	for _, name := range files {
		source, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		if texts[name], err = parse(name, source); err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
	}
	return texts, nil
}

func parse(name string, source []byte) (*text, error) {
	t := &text{name: name}
	parser := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
	line := 1 // of the last node that knows where it is
	err := ast.Walk(parser.Parse(markdown.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if start, ok := position(n); ok {
			line = 1 + bytes.Count(source[:start], []byte("\n"))
		}
		switch n := n.(type) {
		case *ast.Heading:
			t.anchors.Heading(words(n, source))
			t.heads = append(t.heads, heading{line, n.Level})
		case *ast.Link:
			t.links = append(t.links, link{line, string(n.Destination)})
		case *ast.Image:
			t.links = append(t.links, link{line, string(n.Destination)})
		case *ast.RawHTML:
			t.addHTML(line, string(n.Segments.Value(source)))
		case *ast.HTMLBlock:
			t.addHTML(line, string(n.Lines().Value(source)))
		case *ast.CodeSpan:
			t.code = append(t.code, code{line: line, span: true, text: words(n, source)})
		case *ast.FencedCodeBlock:
			t.code = append(t.code, code{line: line, language: string(n.Language(source)), text: string(n.Lines().Value(source))})
		}
		return ast.WalkContinue, nil
	})
	return t, err
}

// position returns where in the source a node's text begins.
func position(n ast.Node) (int, bool) {
	if n.Type() == ast.TypeBlock {
		if n.Lines().Len() > 0 {
			return n.Lines().At(0).Start, true
		}
		return 0, false
	}
	for child := n; child != nil; child = child.FirstChild() {
		if t, ok := child.(*ast.Text); ok {
			return t.Segment.Start, true
		}
	}
	return 0, false
}

// words returns the text of a node without its marks.
func words(n ast.Node, source []byte) string {
	var all strings.Builder
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if t, ok := child.(*ast.Text); ok {
			all.Write(t.Value(source))
			if t.SoftLineBreak() {
				all.WriteByte(' ')
			}
			continue
		}
		all.WriteString(words(child, source))
	}
	return all.String()
}

var (
	htmlLink = regexp.MustCompile(`(?:src|href)="([^"]*)"`)
	htmlID   = regexp.MustCompile(`(?:id|name)="([^"]*)"`)
)

func (t *text) addHTML(line int, html string) {
	for _, m := range htmlLink.FindAllStringSubmatch(html, -1) {
		t.links = append(t.links, link{line, m[1]})
	}
	for _, m := range htmlID.FindAllStringSubmatch(html, -1) {
		t.anchors.Take(m[1])
	}
}
