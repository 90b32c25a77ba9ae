package pack

import (
	"sync"

	"github.com/vmihailenco/msgpack/v5"
)

// Writer appends MessagePack to bytes. Get one from NewWriter; Close gives it
// back, and returns what was written. No method but JSON can fail: memory is all
// that it writes to.
type Writer struct {
	b     []byte
	enc   *msgpack.Encoder // writes through sink, to b
	pairs []pair           // of the objects that JSON is writing, outermost first
}

var writers = sync.Pool{New: func() any {
	w := new(Writer)
	w.enc = msgpack.NewEncoder((*sink)(w))
	return w
}}

// NewWriter returns a writer that appends to dst.
func NewWriter(dst []byte) *Writer {
	w := writers.Get().(*Writer)
	w.b = dst
	return w
}

// Close returns dst with all that was written behind it. The writer must not be
// used afterwards.
func (w *Writer) Close() []byte {
	out := w.b
	w.b = nil // the bytes are the caller's: the pool must not keep them
	writers.Put(w)
	return out
}

// Array begins an array: its n elements are written next.
func (w *Writer) Array(n int) { _ = w.enc.EncodeArrayLen(n) }

// Map begins a map: its n pairs are written next, each key before its value.
func (w *Writer) Map(n int) { _ = w.enc.EncodeMapLen(n) }

// Text writes a string.
func (w *Writer) Text(s string) { _ = w.enc.EncodeString(s) }

// Int writes an integer, in as few bytes as it needs.
func (w *Writer) Int(n int64) { _ = w.enc.EncodeInt(n) }

// Uint writes an unsigned integer, in as few bytes as it needs.
func (w *Writer) Uint(n uint64) { _ = w.enc.EncodeUint(n) }

// Bool writes a boolean.
func (w *Writer) Bool(b bool) { _ = w.enc.EncodeBool(b) }

// Bytes writes bytes; nil is the empty bytes, and not null.
func (w *Writer) Bytes(b []byte) {
	_ = w.enc.EncodeBytesLen(len(b)) // not EncodeBytes, to which nil is null
	w.b = append(w.b, b...)
}

// Raw writes a value that FromJSON has encoded before.
func (w *Writer) Raw(v Value) { w.b = append(w.b, v...) }

// sink is the writer as its own encoder sees it.
type sink Writer

func (s *sink) Write(b []byte) (int, error) {
	s.b = append(s.b, b...)
	return len(b), nil
}

func (s *sink) WriteByte(c byte) error {
	s.b = append(s.b, c)
	return nil
}
