package basics

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"example.com/redis-chat/01-redis-basics/harmless"
)

// Reply is one value of Redis' protocol, RESP2: what a server sends for one
// command. A command itself is an array of bulk strings, too.
type Reply struct {
	Type byte    // + simple string, - error, : integer, $ bulk string, * array
	Text string  // of all but arrays
	Nil  bool    // of $ and *: the length was -1
	List []Reply // of *
}

// maxLength is the longest string and array that ReadReply takes. Redis' own
// limit for a string is 512 MB; a tour's replies are small.
const maxLength = 64 << 20

// ReadReply reads one value: a type byte, a line, and for $ and * as much
// more as the line says.
func ReadReply(r *bufio.Reader) (Reply, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return Reply{}, fmt.Errorf("read a reply: %w", err)
	}
	if len(line) < 3 || !strings.HasSuffix(line, "\r\n") {
		return Reply{}, fmt.Errorf("read a reply: %q is no line of RESP", line)
	}
	v := Reply{Type: line[0], Text: line[1 : len(line)-2]}
	switch v.Type {
	case '+', '-', ':':
		return v, nil
	case '$', '*':
	default:
		return Reply{}, fmt.Errorf("read a reply: %q is no type of RESP2", v.Type)
	}
	n, err := strconv.Atoi(v.Text)
	if err != nil || n < -1 || n > maxLength {
		return Reply{}, fmt.Errorf("read a reply: %q is no length", v.Text)
	}
	v.Text = ""
	if v.Nil = n == -1; v.Nil {
		return v, nil
	}
	if v.Type == '$' {
		return readBulk(r, v, n)
	}
	for range n {
		e, err := ReadReply(r)
		if err != nil {
			return Reply{}, err
		}
		v.List = append(v.List, e)
	}
	return v, nil
}

func readBulk(r io.Reader, v Reply, n int) (Reply, error) {
	b := make([]byte, n+2)
	if _, err := io.ReadFull(r, b); err != nil {
		return Reply{}, fmt.Errorf("read a reply: %w", errors.Join(err, io.ErrUnexpectedEOF))
	}
	if string(b[n:]) != "\r\n" {
		return Reply{}, fmt.Errorf("read a reply: a string of %d bytes ends in %q", n, b[n:])
	}
	v.Text = string(b[:n])
	return v, nil
}

// String is the reply in redis-cli's form, without the line's end.
func (v Reply) String() string { return v.indented("") }

// indented is String where the lines of an array after its first begin with
// indent.
func (v Reply) indented(indent string) string {
	switch {
	case v.Nil:
		return "(nil)"
	case v.Type == '-':
		return "(error) " + harmless.Text(v.Text)
	case v.Type == ':':
		return "(integer) " + harmless.Text(v.Text)
	case v.Type == '$':
		return quote(v.Text)
	case v.Type != '*':
		return harmless.Text(v.Text)
	case len(v.List) == 0:
		return "(empty array)"
	}
	width := len(strconv.Itoa(len(v.List)))
	deeper := indent + strings.Repeat(" ", width+2)
	var b strings.Builder
	for i, e := range v.List {
		if i > 0 {
			b.WriteString("\n" + indent)
		}
		fmt.Fprintf(&b, "%*d) %s", width, i+1, e.indented(deeper))
	}
	return b.String()
}

// command is an array of strings as one would type it into redis-cli.
func (v Reply) command() string {
	words := make([]string, len(v.List))
	for i, e := range v.List {
		words[i] = e.Text
		if q := quote(e.Text); len(q) != len(e.Text)+2 || e.Text == "" || strings.ContainsAny(e.Text, " '") {
			words[i] = q
		}
	}
	return strings.Join(words, " ")
}

// quote is a string as redis-cli prints it: bytes that are not ASCII become
// \xhh.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '\\', '"':
			b.WriteString(`\` + string(c))
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		case '\a':
			b.WriteString(`\a`)
		case '\b':
			b.WriteString(`\b`)
		default:
			if c < ' ' || c > '~' {
				fmt.Fprintf(&b, `\x%02x`, c)
			} else {
				b.WriteByte(c)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}
