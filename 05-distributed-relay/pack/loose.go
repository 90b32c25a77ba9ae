package pack

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// What JavaScript takes as it comes: a value whose type is not the expected one is no
// error here. An error says, as always, that the payload itself is broken.

// OptionalText reads a string as Text does. Of another type, it is passed over: "".
func (r *Reader) OptionalText() (string, error) {
	if r.IsString() {
		return r.Text()
	}
	return "", r.Skip(0)
}

// OptionalInt reads an integer, which may be written as a float, as some libraries write
// those above 2³². Of another type, too large, or with a fraction, it is passed over: 0.
func (r *Reader) OptionalInt() (int64, error) {
	c, err := r.peek()
	switch {
	case err != nil:
		return 0, err
	case isInt(c):
		return r.dec.DecodeInt64()
	case isUint(c):
		n, err := r.dec.DecodeUint64()
		if n > math.MaxInt64 {
			return 0, err
		}
		return int64(n), err
	case isFloat(c):
		f, err := r.dec.DecodeFloat64()
		if f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 {
			return 0, err
		}
		return int64(f), err
	}
	return 0, r.Skip(0)
}

// OptionalUint reads an integer that is not negative, as OptionalInt does.
func (r *Reader) OptionalUint() (uint64, error) {
	c, err := r.peek()
	if err == nil && isUint(c) {
		return r.dec.DecodeUint64()
	}
	n, err := r.OptionalInt()
	return uint64(max(n, 0)), err
}

// Truth reads a value and returns whether JavaScript takes it for true: anything but false,
// null, undefined, 0, NaN and the empty string.
func (r *Reader) Truth() (bool, error) {
	c, err := r.peek()
	switch {
	case err != nil:
		return false, err
	case c == msgpcode.True || c == msgpcode.False || c == msgpcode.Nil:
		return r.dec.DecodeBool()
	case isInt(c) || isUint(c):
		n, err := r.dec.DecodeUint64()
		return n != 0, err
	case isFloat(c):
		f, err := r.dec.DecodeFloat64()
		return f != 0 && !math.IsNaN(f), err
	case isString(c):
		s, err := r.bytes()
		return s != "", err
	}
	is := !r.IsUndefined()
	return is, r.Skip(0)
}

// Name reads a string, or a number as JavaScript writes it: there the key 7 of an object is the
// key "7", and an event and a room may be numbers.
func (r *Reader) Name() (string, error) {
	c, err := r.peek()
	switch {
	case err != nil:
		return "", err
	case isString(c):
		return r.Text()
	case isInt(c):
		n, err := r.dec.DecodeInt64()
		return strconv.FormatInt(n, 10), err
	case isUint(c):
		n, err := r.dec.DecodeUint64()
		return strconv.FormatUint(n, 10), err
	case isFloat(c):
		f, err := r.dec.DecodeFloat64()
		return numberText(f), err
	}
	return "", fmt.Errorf("a string or a number is expected, not %s", kindOf(c))
}

// key reads the key of a map that is nested depth levels deep, as JavaScript does when it makes
// the map an object. A list and a Date have texts of their own there; nobody looks for them.
func (r *Reader) key(depth int) (string, error) {
	c, err := r.peek()
	switch {
	case err != nil:
		return "", err
	case isString(c):
		return r.Text()
	case c == msgpcode.Nil:
		return "null", r.dec.DecodeNil()
	case c == msgpcode.True || c == msgpcode.False:
		b, err := r.dec.DecodeBool()
		return strconv.FormatBool(b), err
	case msgpcode.IsBin(c):
		s, err := r.bytes()
		return strings.ToValidUTF8(s, "\uFFFD"), err
	case r.IsUndefined():
		return "undefined", r.Skip(depth)
	case isArray(c) || isMap(c) || msgpcode.IsExt(c):
		return "[object Object]", r.Skip(depth)
	}
	return r.Name()
}

// numberText is a number as JavaScript's String writes it.
func numberText(f float64) string {
	switch {
	case f == 0:
		return "0" // -0, too
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}
	format := byte('f')
	if abs := math.Abs(f); abs < 1e-6 || abs >= 1e21 {
		format = 'e'
	}
	return strings.Replace(strconv.FormatFloat(f, format, -1, 64), "e-0", "e-", 1)
}
