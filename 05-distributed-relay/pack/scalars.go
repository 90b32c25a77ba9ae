package pack

import (
	"errors"
	"fmt"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// Bool reads a boolean; null is false, as JavaScript leaves a flag that is not
// set away, or null.
func (r *Reader) Bool() (bool, error) {
	c, err := r.dec.PeekCode()
	if err != nil {
		return false, err
	}
	if c != msgpcode.True && c != msgpcode.False && c != msgpcode.Nil {
		return false, fmt.Errorf("a boolean is expected, not %s", kindOf(c))
	}
	return r.dec.DecodeBool()
}

// Int reads an integer.
func (r *Reader) Int() (int64, error) {
	c, err := r.dec.PeekCode()
	if err != nil {
		return 0, err
	}
	if !isInt(c) && !isUint(c) {
		return 0, fmt.Errorf("an integer is expected, not %s", kindOf(c))
	}
	n, err := r.dec.DecodeInt64()
	if err == nil && isUint(c) && n < 0 {
		return 0, errors.New("an integer that is too large")
	}
	return n, err
}

// Uint reads an integer that is not negative.
func (r *Reader) Uint() (uint64, error) {
	c, err := r.dec.PeekCode()
	if err != nil {
		return 0, err
	}
	if !isInt(c) && !isUint(c) {
		return 0, fmt.Errorf("an integer is expected, not %s", kindOf(c))
	}
	if isInt(c) {
		n, err := r.dec.DecodeInt64()
		if err == nil && n < 0 {
			return 0, fmt.Errorf("%d is negative", n)
		}
		return uint64(n), err
	}
	return r.dec.DecodeUint64()
}

// Nil reports whether the next value is null, and passes over it if it is.
func (r *Reader) Nil() bool {
	if r.pos < len(r.s) && r.s[r.pos] == msgpcode.Nil {
		r.pos++
		return true
	}
	return false
}
