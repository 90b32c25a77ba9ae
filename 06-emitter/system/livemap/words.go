package livemap

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// How many letters are shown of text from others: of a message or a name, and of a
// message's rooms.
const (
	MaxLetters = 60
	maxRooms   = 200
)

// words is the beginning of a message's data, for people: a string as it is, anything
// else as JSON.
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

// Short is the beginning of a text of any length: MaxLetters, and … for the rest. It is fit for
// the terminal and the map: what cannot be seen is escaped.
func Short(s string) string { return shorten(s, MaxLetters) }

func shorten(s string, most int) string {
	s = s[:min(len(s), most*utf8.UTFMax+1)] // cut first: a long text is not converted as a whole
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return harmless.Text(s)
}
