package livemap

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean replaces what a terminal would obey, or what would make one line look
// like two.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// How many letters are shown of what others wrote: of a message or a name, and of
// a message's rooms.
const (
	MaxLetters = 60
	maxRooms   = 200
)

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
	return Short(strings.Join(all, ", "))
}

// Short is the clean beginning of a text of any length: MaxLetters, and … for the rest.
func Short(s string) string { return shorten(s, MaxLetters) }

func shorten(s string, most int) string {
	s = s[:min(len(s), most*utf8.UTFMax+1)] // before runes are made of all of it
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return Clean(s)
}
