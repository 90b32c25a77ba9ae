package harmless

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON is a JSON value on one line, with the escapes of JSON for what Text escapes: a program reads the same value from
// it. Bytes that are no UTF-8 are \ufffd, which is what a program would read. What is no JSON at all is treated as Text.
func JSON(value []byte) string {
	if bytes.ContainsAny(value, "\r\n\t") { // between the values: inside of a string they are escaped already
		var line bytes.Buffer
		if json.Compact(&line, value) != nil {
			return Text(string(value))
		}
		value = line.Bytes()
	}
	s := string(value)
	if strings.IndexFunc(s, hidden) < 0 && utf8.ValidString(s) {
		return s
	}
	if !json.Valid(value) {
		return Text(s)
	}
	var line strings.Builder
	for _, r := range s { // of bytes that are no UTF-8: U+FFFD
		switch {
		case !hidden(r) && r != utf8.RuneError:
			line.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&line, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&line, `\u%04x`, r)
		}
	}
	return line.String()
}
