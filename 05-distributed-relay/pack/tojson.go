package pack

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// appendJSON appends the next value as JSON, which has no bytes and no ext
// types: bytes become {"$base64":"…"}, ext types what notepack.io makes of them,
// NaN and the infinities null (as in JSON.stringify).
func (r *Reader) appendJSON(dst []byte, depth int) ([]byte, error) {
	c, err := r.peek()
	if err != nil {
		return dst, err
	}
	switch {
	case isString(c):
		s, err := r.Text()
		return appendQuoted(dst, s), err
	case isInt(c):
		n, err := r.dec.DecodeInt64()
		return strconv.AppendInt(dst, n, 10), err
	case isUint(c):
		n, err := r.dec.DecodeUint64()
		return strconv.AppendUint(dst, n, 10), err
	case isFloat(c):
		f, err := r.dec.DecodeFloat64()
		return appendNumber(dst, f), err
	case c == msgpcode.Nil:
		return append(dst, "null"...), r.dec.DecodeNil()
	case c == msgpcode.False || c == msgpcode.True:
		b, err := r.dec.DecodeBool()
		return strconv.AppendBool(dst, b), err
	case msgpcode.IsBin(c):
		b, err := r.bytes()
		return AppendBytes(dst, b), err
	case msgpcode.IsExt(c):
		return r.appendExt(dst)
	}
	if depth == MaxDepth {
		return dst, ErrTooDeep
	}
	if isArray(c) {
		return r.appendArray(dst, depth+1)
	}
	if isMap(c) {
		return r.appendObject(dst, depth+1)
	}
	return dst, fmt.Errorf("byte 0x%02x begins no MessagePack value", c)
}

func (r *Reader) appendArray(dst []byte, depth int) ([]byte, error) {
	n, err := r.Array()
	dst = append(dst, '[')
	for i := 0; i < n && err == nil; i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst, err = r.appendJSON(dst, depth)
	}
	return append(dst, ']'), err
}

func (r *Reader) appendObject(dst []byte, depth int) ([]byte, error) {
	n, err := r.Map()
	dst = append(dst, '{')
	for i := 0; i < n && err == nil; i++ {
		if i > 0 {
			dst = append(dst, ',')
		}
		var key string
		if key, err = r.key(depth); err != nil {
			return dst, fmt.Errorf("key of an object: %w", err)
		}
		dst = append(appendQuoted(dst, key), ':')
		dst, err = r.appendJSON(dst, depth)
	}
	return append(dst, '}'), err
}

// appendExt appends an ext type: a Date as Date.toJSON writes it, the
// undefined and the ArrayBuffer of older notepack.io as null and bytes, and a
// type that nobody knows as notepack.io hands it over, [type, bytes].
func (r *Reader) appendExt(dst []byte) ([]byte, error) {
	code, _ := r.peek()
	kind, n, err := r.dec.DecodeExtHeader()
	if err != nil {
		return dst, err
	}
	data, err := r.next(n)
	if err != nil {
		return dst, err
	}
	switch {
	case kind == extTimestamp && (n == 4 || n == 8 || n == 12):
		return appendTimestamp(dst, []byte(data)), nil
	case kind == 0 && code == msgpcode.FixExt8:
		return appendDate(dst, int64(binary.BigEndian.Uint64([]byte(data))), 0), nil
	case kind == 0 && code == msgpcode.FixExt1:
		return append(dst, "null"...), nil
	case kind == 0 && !msgpcode.IsFixedExt(code):
		return AppendBytes(dst, data), nil
	}
	dst = append(dst, '[')
	dst = strconv.AppendInt(dst, int64(kind), 10)
	dst = append(dst, ',')
	return append(AppendBytes(dst, data), ']'), nil
}

// extTimestamp is MessagePack's own ext type, in 4, 8 or 12 bytes.
const extTimestamp = -1

func appendTimestamp(dst, b []byte) []byte {
	switch len(b) {
	case 4:
		return appendDate(dst, int64(binary.BigEndian.Uint32(b))*1000, 0)
	case 8: // 30 bits of nanoseconds, 34 of seconds
		v := binary.BigEndian.Uint64(b)
		return appendDate(dst, int64(v&(1<<34-1))*1000, int64(v>>34))
	default:
		seconds := int64(binary.BigEndian.Uint64(b[4:]))
		if seconds > maxDate || seconds < -maxDate {
			return append(dst, "null"...)
		}
		return appendDate(dst, seconds*1000, int64(binary.BigEndian.Uint32(b)))
	}
}

// maxDate is JavaScript's last millisecond; beyond it a Date is invalid, and
// its JSON null.
const maxDate = 8_640_000_000_000_000

func appendDate(dst []byte, milliseconds, nanoseconds int64) []byte {
	milliseconds += nanoseconds / 1_000_000
	if milliseconds > maxDate || milliseconds < -maxDate {
		return append(dst, "null"...)
	}
	t := time.UnixMilli(milliseconds).UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return fmt.Appendf(dst, `"%+07d%s"`, y, t.Format("-01-02T15:04:05.000Z"))
	}
	return t.AppendFormat(dst, `"2006-01-02T15:04:05.000Z"`)
}

// AppendBytes appends what bytes become in JSON, {"$base64":"…"}. The conversion is for a string,
// which the wire's bytes are, and copies nothing for a []byte.
func AppendBytes[T string | []byte](dst []byte, b T) []byte {
	dst = append(dst, `{"$base64":"`...)
	dst = base64.StdEncoding.AppendEncode(dst, []byte(b))
	return append(dst, `"}`...)
}

// appendQuoted appends s as a JSON string; s is valid UTF-8.
func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, `\u00`...)
			dst = append(dst, hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}
