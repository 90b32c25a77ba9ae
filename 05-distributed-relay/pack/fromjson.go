package pack

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// MaxDepth is how deep arrays and objects of one argument may be nested.
const MaxDepth = 64

// ErrTooDeep says that an argument is nested deeper than MaxDepth.
var ErrTooDeep = errors.New("nested deeper than 64")

// pair is where in Writer.b one key and its value are.
type pair struct {
	key, value, end int
	repeated        bool // a later pair has the same key
}

// JSON writes the one JSON value that data holds. It is read once, from left to
// right, and its values are written as they come: no tree is built between. The
// error says where data is no JSON, or that it is nested too deep (ErrTooDeep);
// a part of the value may have been written then.
//
// Meaning is kept: the order of keys, integers of 64 bits, null. A number with
// a fraction or exponent becomes what notepack.io would write for it: an integer
// when it is one, else a float64; but 1e15 stays a float64, which is written as 1e15
// again: see appendNumber. Of an object's repeated keys the last one
// counts, at its own position.
//
// data is read as a string, which strconv asks for; a copy would be an
// allocation for each message.
func (w *Writer) JSON(data json.RawMessage) error {
	s := unsafe.String(unsafe.SliceData(data), len(data)) // nobody writes to data meanwhile, and nothing keeps s
	w.pairs = w.pairs[:0]
	i, err := w.value(s, skipSpace(s, 0), 0)
	if err != nil {
		return err
	}
	if i = skipSpace(s, i); i < len(s) {
		return unexpected(s, i, "the end")
	}
	return nil
}

// value writes the value that begins at s[i] and returns where it ends.
func (w *Writer) value(s string, i, depth int) (int, error) {
	if i == len(s) {
		return i, unexpected(s, i, "a value")
	}
	switch c := s[i]; {
	case c == '"':
		return w.string(s, i)
	case c == '{' || c == '[':
		if depth == MaxDepth {
			return i, ErrTooDeep
		}
		if c == '{' {
			return w.object(s, i+1, depth+1)
		}
		return w.array(s, i+1, depth+1)
	case c == '-' || isDigit(c):
		return w.number(s, i)
	case strings.HasPrefix(s[i:], "null"):
		w.enc.EncodeNil()
		return i + 4, nil
	case strings.HasPrefix(s[i:], "true"):
		w.enc.EncodeBool(true)
		return i + 4, nil
	case strings.HasPrefix(s[i:], "false"):
		w.enc.EncodeBool(false)
		return i + 5, nil
	}
	return i, unexpected(s, i, "a value")
}

func (w *Writer) array(s string, i, depth int) (int, error) {
	head := len(w.b)
	w.b = append(w.b, 0) // room for the shortest header: the count is known at the end
	n := 0
	for i = skipSpace(s, i); i == len(s) || s[i] != ']' || n > 0; n++ {
		var err error
		if i, err = w.value(s, i, depth); err != nil {
			return i, err
		}
		if i = skipSpace(s, i); i < len(s) && s[i] == ']' {
			n++
			break
		}
		if i == len(s) || s[i] != ',' {
			return i, unexpected(s, i, "',' or ']'")
		}
		i = skipSpace(s, i+1)
	}
	w.header(head, n, msgpcode.FixedArrayLow, msgpcode.Array16, msgpcode.Array32)
	return i + 1, nil
}

func (w *Writer) object(s string, i, depth int) (int, error) {
	head, first := len(w.b), len(w.pairs)
	w.b = append(w.b, 0)
	for i = skipSpace(s, i); i == len(s) || s[i] != '}' || len(w.pairs) > first; {
		if i == len(s) || s[i] != '"' {
			return i, unexpected(s, i, "a key")
		}
		at := pair{key: len(w.b)}
		var err error
		if i, err = w.string(s, i); err != nil {
			return i, err
		}
		if i = skipSpace(s, i); i == len(s) || s[i] != ':' {
			return i, unexpected(s, i, "':'")
		}
		at.value = len(w.b)
		if i, err = w.value(s, skipSpace(s, i+1), depth); err != nil {
			return i, err
		}
		at.end = len(w.b)
		w.pairs = append(w.pairs, at)

		if i = skipSpace(s, i); i < len(s) && s[i] == '}' {
			break
		}
		if i == len(s) || s[i] != ',' {
			return i, unexpected(s, i, "',' or '}'")
		}
		i = skipSpace(s, i+1)
	}
	n := w.dropRepeated(w.pairs[first:])
	w.pairs = w.pairs[:first]
	w.header(head, n, msgpcode.FixedMapLow, msgpcode.Map16, msgpcode.Map32)
	return i + 1, nil
}

// header writes the header of the n elements that follow w.b[at], moving them
// when it needs more than the one byte that was left for it.
func (w *Writer) header(at, n int, fixed, code16, code32 byte) {
	switch {
	case n < 16:
		w.b[at] = fixed | byte(n)
	case n <= math.MaxUint16:
		w.b = append(w.b, 0, 0)
		copy(w.b[at+3:], w.b[at+1:])
		w.b[at], w.b[at+1], w.b[at+2] = code16, byte(n>>8), byte(n)
	default:
		w.b = append(w.b, 0, 0, 0, 0)
		copy(w.b[at+5:], w.b[at+1:])
		w.b[at], w.b[at+1], w.b[at+2], w.b[at+3], w.b[at+4] = code32, byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
	}
}

// number writes the number that begins at s[i].
func (w *Writer) number(s string, i int) (int, error) {
	end, integer, err := scanNumber(s, i)
	if err != nil {
		return end, err
	}
	text := s[i:end]
	if integer && text != "-0" { // an integer has no negative zero, a float64 has
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			w.enc.EncodeInt(n)
			return end, nil
		}
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			w.enc.EncodeUint(n)
			return end, nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return i, fmt.Errorf("number at byte %d: larger than any float64", i)
	}
	const exact = 1 << 53 // up to here every integer is a float64 of its own
	if f == math.Trunc(f) && math.Abs(f) <= exact && !(f == 0 && math.Signbit(f)) && !(strings.ContainsAny(text, "eE") && hasExponent(f)) {
		w.enc.EncodeInt(int64(f))
	} else {
		w.enc.EncodeFloat64(f)
	}
	return end, nil
}

// string writes the string whose opening quote is s[i].
func (w *Writer) string(s string, i int) (int, error) {
	i++
	for end := i; end < len(s); end++ {
		switch c := s[end]; {
		case c == '"' && utf8.ValidString(s[i:end]):
			w.enc.EncodeString(s[i:end])
			return end + 1, nil
		case c == '"' || c == '\\':
			text, next, err := unescape(s, i)
			if err != nil {
				return next, err
			}
			w.enc.EncodeString(text)
			return next, nil
		case c < ' ':
			return end, unexpected(s, end, "a control character as \\u escape")
		}
	}
	return len(s), unexpected(s, len(s), "a closing '\"'")
}
