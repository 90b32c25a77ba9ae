package weave

import (
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"

	"example.com/redis-chat/workbook/workspace"
)

// Text is a Markdown file.
type Text struct {
	Name   string   // its path from the root, with slashes
	Lines  []string // without their ends
	Blocks []Block
	Claims []Claim // all of them, in order; Block.Claim points into it
}

// Block is a fenced block of code. Lines count from 1.
type Block struct {
	Open, Close int    // the lines of its fences
	Indent      string // in front of each line, as in a list
	Language    string
	Claim       *Claim // the one on the line above, or nil
}

// Body returns the lines between the fences, without the block's indent.
func (t *Text) Body(b Block) []string {
	lines := make([]string, 0, b.Close-b.Open-1)
	for _, line := range t.Lines[b.Open : b.Close-1] {
		lines = append(lines, strings.TrimPrefix(line, b.Indent))
	}
	return lines
}

// At names a line of the text, as findings do.
func (t *Text) At(line int) string { return fmt.Sprintf("%s:%d", t.Name, line) }

// Path is where a file lies, from the root, that the text names from its own folder.
func (t *Text) Path(file string) string { return path.Join(path.Dir(t.Name), file) }

// Texts reads every Markdown file below root.
func Texts(root string) ([]*Text, error) {
	names, err := workspace.Files(root, "*.md")
	if err != nil {
		return nil, err
	}
	var texts []*Text
	for _, name := range names {
		source, err := os.ReadFile(path.Join(root, name))
		if err != nil {
			return nil, fmt.Errorf("read a text: %w", err)
		}
		texts = append(texts, Read(name, string(source)))
	}
	return texts, nil
}

var fence = regexp.MustCompile("^([ \t]*)(`{3,}|~{3,})[ \t]*([^` \t]*)[^`]*$")

// Read finds the blocks and the claims of a text.
func Read(name, source string) *Text {
	t := &Text{Name: name, Lines: strings.Split(strings.TrimSuffix(source, "\n"), "\n")}
	above := map[int]int{} // a block's index, by the line that its claim would be on
	var open string        // the fence that a block was opened with
	for i, line := range t.Lines {
		n := i + 1
		m := fence.FindStringSubmatch(line)
		switch {
		case open != "":
			if m != nil && strings.HasPrefix(m[2], open) && m[3] == "" {
				t.Blocks[len(t.Blocks)-1].Close = n
				open = ""
			}
		case m != nil:
			open = m[2]
			above[n-1] = len(t.Blocks)
			t.Blocks = append(t.Blocks, Block{Open: n, Indent: m[1], Language: m[3]})
		default:
			if c, ok := parseClaim(line, n); ok {
				t.Claims = append(t.Claims, c)
			}
		}
	}
	if open != "" { // Markdown lets a block end with the text
		t.Lines = append(t.Lines, "")
		t.Blocks[len(t.Blocks)-1].Close = len(t.Lines)
	}
	for i := range t.Claims {
		if b, ok := above[t.Claims[i].Line]; ok {
			t.Blocks[b].Claim = &t.Claims[i]
			t.Claims[i].Claimed = true
		}
	}
	return t
}
