package weave

import (
	"fmt"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	markdown "github.com/yuin/goldmark/text"
)

// unseen finds a text in which Markdown sees other blocks than we do. Such a text has a
// fence that is none for a reader's page: right behind an HTML tag, for example.
func unseen(t *Text) []string {
	source := []byte(t.String())
	parser := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser()
	blocks := 0
	// The walk's function never fails, so the walk does not either.
	_ = ast.Walk(parser.Parse(markdown.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering && n.Kind() == ast.KindFencedCodeBlock {
			blocks++
		}
		return ast.WalkContinue, nil
	})
	if blocks == len(t.Blocks) {
		return nil
	}
	return []string{fmt.Sprintf("%s: Markdown sees %d fenced blocks, and there are fences for %d: close each, and leave a line empty between an HTML tag and a fence", t.Name, blocks, len(t.Blocks))}
}
