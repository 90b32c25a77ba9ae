package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// Reader takes MessagePack values out of a payload, one after the other. Get one
// from NewReader; Close gives it back.
//
// Anybody can have written the payload: an error says what is wrong, Pos says
// where; nothing makes a reader panic, recurse deeper than MaxDepth, or allocate
// more than a small multiple of the payload's size. Strings are parts of the
// payload: whoever keeps one for long clones it, or keeps the whole payload.
type Reader struct {
	s       string
	pos     int
	dec     *msgpack.Decoder // knows the formats, and reads through source from s
	scratch []byte           // JSON that is being written, kept between payloads
}

var readers = sync.Pool{New: func() any {
	r := new(Reader)
	r.dec = msgpack.NewDecoder((*source)(r))
	return r
}}

// NewReader returns a reader of payload. It takes a string because go-redis hands
// over strings.
func NewReader(payload string) *Reader {
	r := readers.Get().(*Reader)
	r.s, r.pos = payload, 0
	return r
}

// maxScratch is how much JSON a pooled reader may keep room for, in bytes.
const maxScratch = 64 << 10

// Close gives the reader back. It must not be used afterwards.
func (r *Reader) Close() {
	r.s = "" // the pool must not keep the payload
	if cap(r.scratch) <= maxScratch {
		readers.Put(r)
	}
}

// Pos is the number of bytes that have been read.
func (r *Reader) Pos() int { return r.pos }

// End returns an error unless all of the payload has been read.
func (r *Reader) End() error {
	if left := len(r.s) - r.pos; left > 0 {
		return fmt.Errorf("%d bytes too many at the end", left)
	}
	return nil
}

// peek returns the first byte of the next value: it tells the value's kind.
func (r *Reader) peek() (byte, error) {
	if r.pos == len(r.s) {
		return 0, io.ErrUnexpectedEOF // a value is expected wherever one is read
	}
	return r.s[r.pos], nil
}

// Text reads a string. What is not UTF-8 becomes U+FFFD: a WebSocket text frame
// that carried it would end the connection of everybody who gets it.
func (r *Reader) Text() (string, error) {
	c, err := r.peek()
	if err != nil {
		return "", err
	}
	if !isString(c) {
		return "", fmt.Errorf("a string is expected, not %s", kindOf(c))
	}
	s, err := r.bytes()
	return strings.ToValidUTF8(s, "\uFFFD"), err
}

// Bytes reads bytes, as a copy of their own.
func (r *Reader) Bytes() ([]byte, error) {
	if !r.IsBytes() {
		return nil, errors.New("bytes are expected")
	}
	s, err := r.bytes()
	return []byte(s), err
}

// JSON reads the next value, whatever it is, as JSON: see appendJSON for what
// becomes of values that JSON does not have.
func (r *Reader) JSON() (json.RawMessage, error) {
	var err error
	if r.scratch, err = r.appendJSON(r.scratch[:0], 0); err != nil {
		return nil, err
	}
	return bytes.Clone(r.scratch), nil
}

// Array reads the header of an array: n elements follow.
func (r *Reader) Array() (n int, err error) {
	c, err := r.peek()
	if err != nil {
		return 0, err
	}
	if !isArray(c) {
		return 0, fmt.Errorf("an array is expected, not %s", kindOf(c))
	}
	n, err = r.dec.DecodeArrayLen()
	if left := len(r.s) - r.pos; err == nil && n > left { // each element has at least one byte
		return 0, fmt.Errorf("%d elements announced, %d bytes are left", n, left)
	}
	return n, err
}

// Map reads the header of a map: n pairs follow, each key before its value.
func (r *Reader) Map() (n int, err error) {
	c, err := r.peek()
	if err != nil {
		return 0, err
	}
	if !isMap(c) {
		return 0, fmt.Errorf("a map is expected, not %s", kindOf(c))
	}
	n, err = r.dec.DecodeMapLen()
	if left := len(r.s) - r.pos; err == nil && n > left/2 { // each pair has at least two bytes
		return 0, fmt.Errorf("%d pairs announced, %d bytes are left", n, left)
	}
	return n, err
}

// Fields reads a map. It calls field for each key; field reads that key's value.
// Keys are told apart by name, as the npm packages order them differently. A key
// that is no string is what JavaScript makes of it: see key.
func (r *Reader) Fields(field func(key string) error) error {
	n, err := r.Map()
	if err != nil {
		return err
	}
	for range n {
		key, err := r.key(0)
		if err != nil {
			return fmt.Errorf("key: %w", err)
		}
		if err := field(key); err != nil {
			return fmt.Errorf("%.64q: %w", key, err) // a key can be as long as the payload
		}
	}
	return nil
}

// Skip passes over the next value, which is nested depth levels deep already:
// it may have MaxDepth-depth more. A negative depth allows for levels that are
// not counted, as those around an argument. The decoder's own Skip descends as
// deep as the sender likes, and a stack that overflows ends a Go program.
func (r *Reader) Skip(depth int) error {
	c, err := r.peek()
	if err != nil {
		return err
	}
	switch {
	case depth == MaxDepth && (isArray(c) || isMap(c)):
		return ErrTooDeep
	case isArray(c):
		n, err := r.Array()
		for i := 0; i < n && err == nil; i++ {
			err = r.Skip(depth + 1)
		}
		return err
	case isMap(c):
		n, err := r.Map()
		for i := 0; i < 2*n && err == nil; i++ {
			err = r.Skip(depth + 1)
		}
		return err
	case isString(c) || msgpcode.IsBin(c):
		_, err := r.bytes()
		return err
	case msgpcode.IsExt(c):
		_, n, err := r.dec.DecodeExtHeader()
		if err == nil {
			_, err = r.next(n)
		}
		return err
	}
	return r.dec.Skip() // a value of at most nine bytes
}

// bytes reads the string or the bytes that the caller has seen to be next.
func (r *Reader) bytes() (string, error) {
	n, err := r.dec.DecodeBytesLen()
	if err != nil {
		return "", err
	}
	return r.next(n)
}

// next returns the next n bytes of the payload.
func (r *Reader) next(n int) (string, error) {
	if left := len(r.s) - r.pos; n < 0 || n > left {
		return "", fmt.Errorf("%d bytes announced, %d are left", n, left)
	}
	r.pos += n
	return r.s[r.pos-n : r.pos], nil
}

// source is the reader as its own decoder sees it.
type source Reader

func (s *source) Read(b []byte) (int, error) {
	if s.pos == len(s.s) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(b, s.s[s.pos:])
	s.pos += n
	return n, nil
}

func (s *source) ReadByte() (byte, error) {
	if s.pos == len(s.s) {
		return 0, io.ErrUnexpectedEOF
	}
	s.pos++
	return s.s[s.pos-1], nil
}

func (s *source) UnreadByte() error {
	s.pos--
	return nil
}
