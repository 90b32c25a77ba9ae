package launch

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alicebob/miniredis/v2/server"
)

// CheckPatterns says what is wrong with a command's glob patterns (PSUBSCRIBE,
// KEYS, SCAN … MATCH and the like) when miniredis is not known to translate one.
// miniredis makes a regular expression of a pattern. What Redis takes and a regular
// expression does not ends in a panic while miniredis holds its lock, and then it
// answers nobody any more; with other patterns something else matches than in Redis.
// The error is a sentence that begins as one of Redis' own errors does.
func CheckPatterns(cmd string, args []string) error {
	for _, pattern := range patterns(cmd, args) {
		if !translatable(pattern) {
			return fmt.Errorf("ERR the embedded server does not know the pattern %.100q: it takes *, ?, \\ before anything but another \\, "+
				"and [ ] with letters, digits and ranges of them; a real server takes more (WORKBOOK_REDIS=server)", pattern)
		}
	}
	return nil
}

// patterns are those of a command's arguments that are patterns.
func patterns(cmd string, args []string) []string {
	options := 2 // where MATCH can stand: after the key and the cursor
	switch cmd {
	case "PSUBSCRIBE":
		return args
	case "KEYS":
		return args[:min(1, len(args))]
	case "PUBSUB":
		if len(args) > 1 && strings.EqualFold(args[0], "CHANNELS") {
			return args[1:]
		}
		return nil
	case "SCAN":
		options = 1
	case "HSCAN", "SSCAN", "ZSCAN":
	default:
		return nil
	}
	var found []string
	for i := options; i+1 < len(args); i++ {
		if strings.EqualFold(args[i], "MATCH") {
			found = append(found, args[i+1])
		}
	}
	return found
}

// longestPattern is far above what anybody subscribes to, and far below what a
// regular expression may cost.
const longestPattern = 1024

// translatable reports whether miniredis' regular expression is known to be right.
// What miniredis does not interpret it puts between \Q and \E: a backslash that is
// meant as such could become part of an \E. The inside of [ ] it copies as it is.
func translatable(pattern string) bool {
	if len(pattern) > longestPattern || !utf8.ValidString(pattern) {
		return false
	}
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
			if i == len(pattern) || pattern[i] == '\\' {
				return false
			}
		case '[':
			class, _, closed := strings.Cut(pattern[i+1:], "]")
			if !closed || !plainClass(strings.TrimPrefix(class, "^")) {
				return false
			}
			i += len(class) + len("]")
		}
	}
	return true
}

// plainClass reports whether the inside of [ ] is plain characters, and ranges that
// do not run backwards.
func plainClass(class string) bool {
	for i := 0; i < len(class); i++ {
		if !plainInClass(class[i]) {
			return false
		}
		if i+2 < len(class) && class[i+1] == '-' {
			if !plainInClass(class[i+2]) || class[i] > class[i+2] {
				return false
			}
			i += 2
		}
	}
	return class != ""
}

func plainInClass(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || strings.IndexByte("_.:#/ ", c) >= 0
}

// guarded is the hook of a server that gets no pattern which CheckPatterns refuses.
func guarded(next server.Hook) server.Hook {
	return func(p *server.Peer, cmd string, args ...string) bool {
		if err := CheckPatterns(cmd, args); err != nil {
			p.WriteError(err.Error())
			return true
		}
		return next(p, cmd, args...)
	}
}
