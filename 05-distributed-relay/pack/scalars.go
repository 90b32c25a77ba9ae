package pack

import (
	"fmt"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// Bool reads a boolean; null is false.
func (r *Reader) Bool() (bool, error) {
	c, err := r.peek()
	if err != nil {
		return false, err
	}
	if c != msgpcode.True && c != msgpcode.False && c != msgpcode.Nil {
		return false, fmt.Errorf("a boolean is expected, not %s", kindOf(c))
	}
	return r.dec.DecodeBool()
}

// IsBytes reports whether the next value is bytes.
func (r *Reader) IsBytes() bool { return r.pos < len(r.s) && msgpcode.IsBin(r.s[r.pos]) }

// IsArray reports whether the next value is an array.
func (r *Reader) IsArray() bool { return r.pos < len(r.s) && isArray(r.s[r.pos]) }

// IsMap reports whether the next value is a map.
func (r *Reader) IsMap() bool { return r.pos < len(r.s) && isMap(r.s[r.pos]) }

// IsString reports whether the next value is a string.
func (r *Reader) IsString() bool { return r.pos < len(r.s) && isString(r.s[r.pos]) }

// IsName reports whether the next value is a string or a number.
func (r *Reader) IsName() bool {
	if r.pos == len(r.s) {
		return false
	}
	c := r.s[r.pos]
	return isString(c) || isInt(c) || isUint(c) || isFloat(c)
}

// IsUndefined reports whether the next value is JavaScript's undefined, an ext
// type of notepack.io: type 0, one byte.
func (r *Reader) IsUndefined() bool {
	return r.pos+1 < len(r.s) && r.s[r.pos] == msgpcode.FixExt1 && r.s[r.pos+1] == 0
}

// IsNil reports whether the next value is null or undefined.
func (r *Reader) IsNil() bool {
	return r.pos < len(r.s) && r.s[r.pos] == msgpcode.Nil || r.IsUndefined()
}
