package transcript

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"example.com/redis-chat/workbook/weave"
)

// Write puts what came into the texts. It returns the findings that this does not mend.
func Write(root string, o Outcome) (left []string, err error) {
	texts, err := weave.Texts(root)
	if err != nil {
		return nil, err
	}
	mended := map[string]bool{} // by file and line
	for _, t := range texts {
		var here []Written
		for _, w := range o.Accepted {
			if w.Text == t.Name && !mended[t.At(w.First-1)] { // on two backends: the first one's
				here = append(here, w)
				mended[t.At(w.First-1)] = true
			}
		}
		if len(here) == 0 {
			continue
		}
		slices.SortFunc(here, func(a, b Written) int { return b.First - a.First }) // from below: lines above stay where they are
		for _, w := range here {
			indent := indentAt(t, w.First)
			var lines []string
			for _, line := range w.Shown {
				lines = append(lines, strings.TrimRight(indent+line, " "))
			}
			t.Lines = slices.Replace(t.Lines, w.First-1, w.First-1+w.Lines, lines...)
		}
		if err := os.WriteFile(path.Join(root, t.Name), []byte(t.String()), 0o644); err != nil {
			return nil, fmt.Errorf("write a text: %w", err)
		}
	}
	for _, f := range o.Findings {
		at, _, _ := strings.Cut(f, ": ")
		if !mended[at] {
			left = append(left, f)
		}
	}
	return left, nil
}

// indentAt returns what stands in front of each line of the block that a line is in.
func indentAt(t *weave.Text, line int) string {
	for _, b := range t.Blocks {
		if b.Open < line && line <= b.Close {
			return b.Indent
		}
	}
	return ""
}
