package system

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean replaces what a terminal would obey, or what would make one line look
// like two.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// maxWords is how much of a message is shown.
const maxWords = 60

// words is a message's data for people: a string as it is, else JSON; not all of it.
func words(args []any) string {
	var all []string
	for _, arg := range args {
		switch arg := arg.(type) {
		case json.RawMessage:
			var s string
			if json.Unmarshal(arg, &s) != nil {
				s = string(arg)
			}
			all = append(all, s)
		case []byte:
			all = append(all, fmt.Sprintf("%d bytes", len(arg)))
		}
	}
	s := clean(strings.Join(all, ", "))
	if utf8.RuneCountInString(s) > maxWords {
		s = string([]rune(s)[:maxWords]) + "…"
	}
	return s
}

// plural is "1 message", "2 messages".
func plural(n, what string) string {
	if n != "1" {
		what += "s"
	}
	return n + " " + what
}
