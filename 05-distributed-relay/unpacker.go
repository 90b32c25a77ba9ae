package relay

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// unpacker reads MessagePack from a string. It is the reader of its own
// decoder, which knows the formats; strings and bytes are then taken from s
// itself: nothing is copied, and a length that lies is noticed before anything
// is allocated for it.
type unpacker struct {
	s       string
	pos     int
	dec     *msgpack.Decoder
	scratch []byte // JSON that is being written, kept between messages
}

var unpackers = sync.Pool{New: func() any {
	u := new(unpacker)
	u.dec = msgpack.NewDecoder(u)
	return u
}}

func (u *unpacker) Read(b []byte) (int, error) {
	if u.pos == len(u.s) {
		return 0, io.ErrUnexpectedEOF // a value is expected wherever one is read
	}
	n := copy(b, u.s[u.pos:])
	u.pos += n
	return n, nil
}

func (u *unpacker) ReadByte() (byte, error) {
	if u.pos == len(u.s) {
		return 0, io.ErrUnexpectedEOF
	}
	u.pos++
	return u.s[u.pos-1], nil
}

func (u *unpacker) UnreadByte() error {
	u.pos--
	return nil
}

// take returns the next n bytes.
func (u *unpacker) take(n int) (string, error) {
	if left := len(u.s) - u.pos; n < 0 || n > left {
		return "", fmt.Errorf("%d bytes announced, %d are left", n, left)
	}
	u.pos += n
	return u.s[u.pos-n : u.pos], nil
}

// string reads a str. What is not UTF-8 becomes U+FFFD: a WebSocket text frame
// that carried it would end the connection of everybody who gets it.
func (u *unpacker) string() (string, error) {
	c, err := u.dec.PeekCode()
	if err != nil {
		return "", err
	}
	if !isString(c) {
		return "", fmt.Errorf("%w, not %s", errNoString, kindOf(c))
	}
	n, err := u.dec.DecodeBytesLen()
	if err != nil {
		return "", err
	}
	s, err := u.take(n)
	return strings.ToValidUTF8(s, "\uFFFD"), err
}

// text reads a string, or an integer as its decimal digits: in JavaScript an
// object's key 7 is the key "7", and a room may be a number.
func (u *unpacker) text() (string, error) {
	c, err := u.dec.PeekCode()
	switch {
	case err != nil:
		return "", err
	case isInt(c):
		n, err := u.dec.DecodeInt64()
		return strconv.FormatInt(n, 10), err
	case isUint(c):
		n, err := u.dec.DecodeUint64()
		return strconv.FormatUint(n, 10), err
	}
	return u.string()
}

// bin reads bytes; the caller has seen that they are next.
func (u *unpacker) bin() (string, error) {
	n, err := u.dec.DecodeBytesLen()
	if err != nil {
		return "", err
	}
	return u.take(n)
}

// array reads an array's header; each element has at least one byte.
func (u *unpacker) array() (int, error) {
	c, err := u.dec.PeekCode()
	if err != nil {
		return 0, err
	}
	if !isArray(c) {
		return 0, fmt.Errorf("an array is expected, not %s", kindOf(c))
	}
	n, err := u.dec.DecodeArrayLen()
	if left := len(u.s) - u.pos; err == nil && n > left {
		return 0, fmt.Errorf("%d elements announced, %d bytes are left", n, left)
	}
	return n, err
}

// object reads a map's header; each pair has at least two bytes.
func (u *unpacker) object() (int, error) {
	c, err := u.dec.PeekCode()
	if err != nil {
		return 0, err
	}
	if !isMap(c) {
		return 0, fmt.Errorf("a map is expected, not %s", kindOf(c))
	}
	n, err := u.dec.DecodeMapLen()
	if left := len(u.s) - u.pos; err == nil && n > left/2 {
		return 0, fmt.Errorf("%d pairs announced, %d bytes are left", n, left)
	}
	return n, err
}

// skip passes over the next value. The decoder's own Skip descends as deep as
// the sender likes, and a stack that overflows ends a Go program.
func (u *unpacker) skip(depth int) error {
	c, err := u.dec.PeekCode()
	if err != nil {
		return err
	}
	switch {
	case depth == MaxDepth && (isArray(c) || isMap(c)):
		return ErrTooDeep
	case isArray(c):
		n, err := u.array()
		for i := 0; i < n && err == nil; i++ {
			err = u.skip(depth + 1)
		}
		return err
	case isMap(c):
		n, err := u.object()
		for i := 0; i < 2*n && err == nil; i++ {
			err = u.skip(depth + 1)
		}
		return err
	case isString(c) || msgpcode.IsBin(c):
		_, err := u.bin()
		return err
	case msgpcode.IsExt(c):
		_, n, err := u.dec.DecodeExtHeader()
		if err == nil {
			_, err = u.take(n)
		}
		return err
	}
	return u.dec.Skip() // a value of at most nine bytes
}

// null reports whether the next value is null, and passes over it.
func (u *unpacker) null() bool {
	if u.pos < len(u.s) && u.s[u.pos] == msgpcode.Nil {
		u.pos++
		return true
	}
	return false
}

var errNoString = errors.New("a string is expected")

func isString(c byte) bool { return msgpcode.IsString(c) }
func isArray(c byte) bool {
	return msgpcode.IsFixedArray(c) || c == msgpcode.Array16 || c == msgpcode.Array32
}
func isMap(c byte) bool  { return msgpcode.IsFixedMap(c) || c == msgpcode.Map16 || c == msgpcode.Map32 }
func isInt(c byte) bool  { return msgpcode.IsFixedNum(c) || c >= msgpcode.Int8 && c <= msgpcode.Int64 }
func isUint(c byte) bool { return c >= msgpcode.Uint8 && c <= msgpcode.Uint64 }

// kindOf names, for an error, the kind of value that c begins.
func kindOf(c byte) string {
	switch {
	case isString(c):
		return "a string"
	case isArray(c):
		return "an array"
	case isMap(c):
		return "a map"
	case isInt(c) || isUint(c) || c == msgpcode.Float || c == msgpcode.Double:
		return "a number"
	case msgpcode.IsBin(c):
		return "bytes"
	case msgpcode.IsExt(c):
		return "an ext type"
	case c == msgpcode.Nil:
		return "null"
	case c == msgpcode.False || c == msgpcode.True:
		return "a boolean"
	}
	return fmt.Sprintf("byte 0x%02x", c)
}

// wellFormed reports why payload is not one MessagePack value, no deeper than
// MaxDepth, whose lengths are true. A library that decodes it afterwards
// cannot be made to overflow its stack or to allocate for what is not there.
func wellFormed(payload string) error {
	u := unpackers.Get().(*unpacker)
	defer unpackers.Put(u)
	u.s, u.pos = payload, 0
	err := u.skip(0)
	if left := len(u.s) - u.pos; err == nil && left > 0 {
		err = fmt.Errorf("%d bytes too many at the end", left)
	}
	u.s = "" // the pool must not keep the payload
	return err
}
