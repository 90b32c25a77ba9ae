package pack

import (
	"bytes"
	"math"
	"strconv"
)

// appendNumber writes a float64 with the fewest digits that are f again when they are read. NaN and the
// infinities are null, as in JSON.stringify.
//
// JavaScript would write 1e20 as 21 digits, and a message of such numbers would be more than four times as
// large when it arrives: enough to close those who read it. So an exponent is written where it saves
// three bytes or more: 1e5, but 10000; 1e-5, but 0.0001. MessagePack does not carry how a number
// was written. But what is an integer there has been written with digits, and is again; and so a
// number grows by four bytes at most.
func appendNumber(dst []byte, f float64) []byte {
	abs := math.Abs(f)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	if abs == 0 || abs >= 1e-4 && abs < 1e5 { // an exponent saves two bytes at most
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	begin := len(dst)
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64) // 1e+20, 1.5e-07
	mark := begin + bytes.IndexByte(dst[begin:], 'e')
	exponent, _ := strconv.Atoi(string(dst[mark+1:]))
	dst = strconv.AppendInt(dst[:mark+1], int64(exponent), 10)
	if exponent < -8 || exponent > 24 { // digits would be longer by more than that
		return dst
	}
	var room [40]byte
	if digits := strconv.AppendFloat(room[:0], f, 'f', -1, 64); len(digits) < len(dst)-begin+3 {
		return append(dst[:begin], digits...)
	}
	return dst
}

// hasExponent reports whether appendNumber writes f with an exponent.
func hasExponent(f float64) bool {
	var room [40]byte
	return bytes.IndexByte(appendNumber(room[:0], f), 'e') >= 0
}
