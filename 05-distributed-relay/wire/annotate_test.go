package wire_test

import (
	"encoding/binary"
	"fmt"
	"strings"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// listing is bytes in rows, and beside each row what it says. The documented examples have
// this form to the byte, so that nothing stands beside bytes that they do not say.
type listing struct {
	rest        []byte
	bytes, says []string
}

func (l *listing) row(n, indent int, says string) {
	l.bytes = append(l.bytes, strings.Repeat("   ", indent)+fmt.Sprintf("% x", l.rest[:n]))
	l.says = append(l.says, says)
	l.rest = l.rest[n:]
}

func (l *listing) String() string {
	width := 0
	for _, b := range l.bytes {
		width = max(width, len(b))
	}
	var all strings.Builder
	for i, b := range l.bytes {
		all.WriteString(strings.TrimRight(fmt.Sprintf("%-*s   %s", width, b, l.says[i]), " ") + "\n")
	}
	return all.String()
}

// packed lists MessagePack of the kinds that the examples have. A key stands in one row
// with its value, or with the header of its value.
func packed(payload []byte) string {
	l := &listing{rest: payload}
	l.value(0, 0, "")
	return l.String()
}

// value lists the value that begins so many bytes behind the row's first.
func (l *listing) value(indent, from int, label string) {
	v := l.rest[from:]
	number := func(bytes int) {
		var n uint64
		for _, b := range v[1 : 1+bytes] {
			n = n<<8 | uint64(b)
		}
		l.row(from+1+bytes, indent, label+fmt.Sprint(n))
	}
	switch c := v[0]; {
	case c <= 0x7f:
		l.row(from+1, indent, label+fmt.Sprint(c))
	case c < 0x90:
		l.row(from+1, indent, label+fmt.Sprintf("a map of %d", c-0x80))
		for range c - 0x80 {
			key := int(l.rest[0]-0xa0) + 1
			l.value(indent+1, key, string(l.rest[1:key])+": ")
		}
	case c < 0xa0:
		l.row(from+1, indent, label+fmt.Sprintf("an array of %d", c-0x90))
		for range c - 0x90 {
			l.value(indent+1, 0, "")
		}
	case c < 0xc0:
		n := int(c - 0xa0)
		l.row(from+1+n, indent, label+fmt.Sprintf("%q", v[1:1+n]))
	case c == 0xc0:
		l.row(from+1, indent, label+"nil")
	case c == 0xc2, c == 0xc3:
		l.row(from+1, indent, label+fmt.Sprint(c == 0xc3))
	case c == 0xc4:
		l.row(from+2+int(v[1]), indent, label+fmt.Sprintf("%d bytes", v[1]))
	case c == 0xcc:
		number(1)
	case c == 0xcd:
		number(2)
	case c == 0xcf, c == 0xd3:
		number(8)
	default:
		panic(fmt.Sprintf("no example has a value that begins with %#x", c))
	}
}

// framed lists a WebSocket frame; of a client's, the text beside the bytes is without the mask.
func framed(b []byte) string {
	l := &listing{rest: b}
	kind := map[byte]string{
		frame.OpText: "text", frame.OpBinary: "binary", frame.OpClose: "close", frame.OpPing: "ping", frame.OpPong: "pong",
	}[b[0]]
	size, head := int(b[1]&0x7f), 2
	if size == 126 {
		size, head = int(binary.BigEndian.Uint16(b[2:])), 4
	}
	masked := b[1]&0x80 != 0
	says := fmt.Sprintf("%s, whole, %d bytes", kind, size)
	if masked {
		says += ", masked"
	}
	l.row(head, 0, says)
	mask := make([]byte, 4)
	if masked {
		copy(mask, l.rest)
		l.row(4, 0, "the mask")
	}
	if kind == "close" {
		l.row(2, 0, fmt.Sprintf("code %d", binary.BigEndian.Uint16(l.rest)))
	}
	for at := 0; len(l.rest) > 0; {
		n := min(16, len(l.rest))
		text := make([]byte, n)
		for i := range text {
			text[i] = l.rest[i] ^ mask[at%4]
			at++
		}
		says := string(text)
		if kind == "binary" {
			says = "as the client sent them"
		}
		l.row(n, 0, says)
	}
	return l.String()
}
