// Package harmless makes text from outside fit for a terminal: a server's errors, what others have published, the names
// of a node's clients. A terminal obeys some characters instead of showing them: they move the cursor, change the
// window's title, or make the terminal type an answer. Others turn the direction of what follows, and a line's end makes
// one line look like two. All programs print such text through this package.
package harmless

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is s with an escape in the place of each character that cannot be seen, as Go and JSON write it: \x1b, \n,
// \u202e; of bytes that are no UTF-8, \x9b. All that can be seen, in any script, stays, and so do the two characters
// that join their neighbours in emoji and in Persian words, or keep them apart. So it is one line.
func Text(s string) string {
	if strings.IndexFunc(s, hidden) < 0 && utf8.ValidString(s) {
		return s
	}
	var line strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&line, `\x%02x`, s[0])
		case hidden(r):
			quoted := fmt.Sprintf("%+q", r) // '\x1b'
			line.WriteString(quoted[1 : len(quoted)-1])
		default:
			line.WriteRune(r)
		}
		s = s[size:]
	}
	return line.String()
}

// Lines is Text for a text of several lines: their ends and tabs stay. It is for a text in which nothing is forged by
// another line, such as the log of a program.
func Lines(s string) string {
	var text strings.Builder
	for line := range strings.Lines(s) {
		line, end := strings.CutSuffix(line, "\n")
		for i, part := range strings.Split(line, "\t") {
			if i > 0 {
				text.WriteByte('\t')
			}
			text.WriteString(Text(part))
		}
		if end {
			text.WriteByte('\n')
		}
	}
	return text.String()
}

// Quote is Text between quotation marks, with \" for such a mark in it and \\ for a backslash. It is for text whose
// beginning and end must be seen.
func Quote(s string) string {
	return `"` + Text(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s)) + `"`
}

// hidden reports whether nobody sees r, but for the two joiners.
func hidden(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return !unicode.IsGraphic(r) && r != nonJoiner && r != joiner
}
