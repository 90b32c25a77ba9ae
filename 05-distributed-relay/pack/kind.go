package pack

import (
	"fmt"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

func isString(c byte) bool { return msgpcode.IsString(c) }
func isArray(c byte) bool {
	return msgpcode.IsFixedArray(c) || c == msgpcode.Array16 || c == msgpcode.Array32
}
func isMap(c byte) bool  { return msgpcode.IsFixedMap(c) || c == msgpcode.Map16 || c == msgpcode.Map32 }
func isInt(c byte) bool  { return msgpcode.IsFixedNum(c) || c >= msgpcode.Int8 && c <= msgpcode.Int64 }
func isUint(c byte) bool { return c >= msgpcode.Uint8 && c <= msgpcode.Uint64 }

func isFloat(c byte) bool { return c == msgpcode.Float || c == msgpcode.Double }

// kindOf names, for an error, the kind of value that c begins.
func kindOf(c byte) string {
	switch {
	case isString(c):
		return "a string"
	case isArray(c):
		return "an array"
	case isMap(c):
		return "a map"
	case isInt(c) || isUint(c) || isFloat(c):
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
