// Package anchor names the headings of a text as a forge does, so that a link that works there works everywhere.
package anchor

import (
	"fmt"
	"strings"
	"unicode"
)

// Names are the anchors of one text so far. The zero value is a text without headings.
type Names struct{ taken map[string]bool }

// Of is the anchor of the first heading of these words: lower case, hyphens for spaces; letters, digits, hyphens and
// underscores are kept.
func Of(words string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, words)
}

// Heading takes an anchor for a heading and returns it. The second heading of that name gets -1 behind it, the third -2.
func (n *Names) Heading(words string) string {
	slug := Of(words)
	name := slug
	for i := 1; n.taken[name]; i++ {
		name = fmt.Sprintf("%s-%d", slug, i)
	}
	n.Take(name)
	return name
}

// Take takes an anchor that the text sets by itself.
func (n *Names) Take(name string) {
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	n.taken[name] = true
}

// Has reports whether the text has that anchor.
func (n *Names) Has(name string) bool { return n.taken[name] }
