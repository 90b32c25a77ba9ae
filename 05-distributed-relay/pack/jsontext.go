package pack

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scanNumber returns where the number at s[i] ends, and whether it is written as an integer.
func scanNumber(s string, i int) (end int, integer bool, err error) {
	if s[i] == '-' {
		i++
	}
	digits := func() error {
		if i == len(s) || !isDigit(s[i]) {
			return unexpected(s, i, "a digit")
		}
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		return nil
	}
	if i < len(s) && s[i] == '0' {
		i++ // JSON has no leading zeros: the next byte belongs to something else
	} else if err := digits(); err != nil {
		return i, false, err
	}
	integer = true
	if i < len(s) && s[i] == '.' {
		integer = false
		i++
		if err := digits(); err != nil {
			return i, false, err
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		integer = false
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		if err := digits(); err != nil {
			return i, false, err
		}
	}
	return i, integer, nil
}

// unescape returns what the string means that begins after the quote before
// s[i]. What is not UTF-8, and half a surrogate pair, becomes U+FFFD, as in
// encoding/json.
func unescape(s string, i int) (text string, next int, err error) {
	out := make([]byte, 0, strings.IndexByte(s[i:], '\\')+16)
	for i < len(s) {
		switch c := s[i]; {
		case c == '"':
			return string(out), i + 1, nil
		case c < ' ':
			return "", i, unexpected(s, i, "a control character as \\u escape")
		case c < utf8.RuneSelf && c != '\\':
			out = append(out, c)
			i++
		case c != '\\':
			r, size := utf8.DecodeRuneInString(s[i:])
			out = utf8.AppendRune(out, r)
			i += size
		case i+1 < len(s) && s[i+1] == 'u':
			r, ok := hex4(s, i)
			if !ok {
				return "", i, unexpected(s, i, "four hexadecimal digits after \\u")
			}
			i += 6
			if utf16.IsSurrogate(r) {
				low, _ := hex4(s, i)
				if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			at := -1
			if i+1 < len(s) {
				at = strings.IndexByte(`"\/bfnrt`, s[i+1])
			}
			if at < 0 {
				return "", i, unexpected(s, i, `one of \" \\ \/ \b \f \n \r \t \u`)
			}
			out = append(out, "\"\\/\b\f\n\r\t"[at])
			i += 2
		}
	}
	return "", i, unexpected(s, i, "a closing '\"'")
}

// hex4 reads the \uXXXX at s[i].
func hex4(s string, i int) (rune, bool) {
	if len(s) < i+6 || s[i:i+2] != `\u` {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[i+2 : i+6]) {
		switch {
		case isDigit(c):
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

func skipSpace(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\t' || s[i] == '\r') {
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func unexpected(s string, i int, want string) error {
	if i >= len(s) {
		return fmt.Errorf("not JSON: it ends where %s is expected", want)
	}
	return fmt.Errorf("not JSON: %q at byte %d, where %s is expected", s[i], i, want)
}
