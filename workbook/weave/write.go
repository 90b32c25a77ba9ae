package weave

import (
	"fmt"
	"os"
	"path"
	"strings"
)

// weaver writes the blocks of texts. It parses each Go file once.
type weaver struct {
	root  string
	files map[string]*goFile
	used  map[string]bool // "FILE NAME" of each region that a text shows
}

// String returns the text as it is in its file.
func (t *Text) String() string { return strings.Join(t.Lines, "\n") + "\n" }

// weave returns the text with the blocks of code, and their captions, as the source has
// them. What it cannot write stays as it is, and is a finding.
func (w *weaver) weave(t *Text) (woven string, findings []string) {
	var out []string
	done := 0 // lines of the text that are in out
	for _, b := range t.Blocks {
		if b.Claim == nil || b.Claim.Kind != Code || b.Claim.Rest == "" {
			continue
		}
		c, p, err := w.piece(t, *b.Claim)
		if err != nil {
			findings = append(findings, fmt.Sprintf("%s: %v", t.At(b.Claim.Line), err))
			continue
		}
		old, apart := t.captionAbove(b.Claim.Line)
		above := b.Claim.Line - 1 // the last line in front of claim, and of caption
		if old != "" {
			above--
		}
		out = append(out, t.Lines[done:above]...)
		if !apart {
			out = append(out, "")
		}
		out = append(out, b.Indent+caption(c.file, p.where))
		out = append(out, t.Lines[b.Claim.Line-1:b.Open]...)
		for _, line := range p.lines {
			if line != "" {
				line = b.Indent + line
			}
			out = append(out, line)
		}
		done = b.Close - 1
	}
	return strings.Join(append(out, t.Lines[done:]...), "\n") + "\n", findings
}

func (w *weaver) piece(t *Text, claim Claim) (codeClaim, piece, error) {
	c, err := parseCode(claim.Rest)
	if err != nil {
		return c, piece{}, err
	}
	name := t.Path(c.file)
	if path.Ext(name) != ".go" {
		p, err := w.whole(name, c)
		return c, p, err
	}
	f, ok := w.files[name]
	if !ok {
		source, err := os.ReadFile(path.Join(w.root, name))
		if err != nil {
			return c, piece{}, noSuchFile(c)
		}
		if f, err = parseGo(name, source); err != nil {
			return c, piece{}, err
		}
		w.files[name] = f
	}
	p, err := f.find(c.name, c.noDoc)
	if err == nil && strings.HasPrefix(p.where, "a part") {
		w.used[name+" "+c.name] = true
	}
	return c, p, err
}

// whole is a file that is no Go: a text shows all of it.
func (w *weaver) whole(name string, c codeClaim) (piece, error) {
	if c.name != wholeFile || c.noDoc {
		return piece{}, fmt.Errorf("code: %s: pieces are those of Go files; write <!-- code: %s %s -->", c.file, c.file, wholeFile)
	}
	source, err := os.ReadFile(path.Join(w.root, name))
	if err != nil {
		return piece{}, noSuchFile(c)
	}
	return piece{strings.Split(strings.TrimSuffix(string(source), "\n"), "\n"), "all of it"}, nil
}

// wholeFile is the name of the one piece of a file that is no Go.
const wholeFile = "all"

func noSuchFile(c codeClaim) error {
	return fmt.Errorf("code: %s: there is no such file: name it from the text's own folder, as a link would", c.file)
}
