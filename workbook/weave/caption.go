package weave

import (
	"fmt"
	"regexp"
)

// caption is the line above a block of code: it links the file and names the piece.
func caption(file, where string) string { return fmt.Sprintf("*[%s](%s), %s:*", file, file, where) }

var captioned = regexp.MustCompile("^[ \t]*\\*\\[[^\\]]+\\]\\([^)]+\\), (`|a part of |all of it)[^*]*:\\*$")

// captionAbove returns the caption above a claim's line, and whether the line above
// that one is empty.
func (t *Text) captionAbove(claim int) (line string, apart bool) {
	if claim >= 2 && captioned.MatchString(t.Lines[claim-2]) {
		return t.Lines[claim-2], claim < 3 || t.Lines[claim-3] == ""
	}
	return "", claim < 2 || t.Lines[claim-2] == ""
}
