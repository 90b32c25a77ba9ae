package loadtest

import (
	"bytes"
	"encoding/hex"
)

// A message's data is a string of exactly as many bytes as the load asks for,
// and says all that a receiver must know:
//
//	@LT ssss nnnnnnnn tttttttttttttttt xxxx…   (without the spaces)
//
// the sender's number in its room, its messages counted from 1, and the time at
// which the schedule wanted it sent, in nanoseconds of the lab's clock, all in
// hexadecimal digits, so that it needs no escaping in any protocol. A receiver
// looks for the mark in whatever the server made of it.
const (
	stampMark  = "@LT"
	stampBytes = len(stampMark) + 4 + 8 + 16
)

type stamp struct {
	sender uint16
	seq    uint32
	at     int64
}

// appendTo appends the stamp and fills it up to size bytes.
func (s stamp) appendTo(dst []byte, size int) []byte {
	begin := len(dst)
	dst = append(dst, stampMark...)
	raw := [14]byte{
		byte(s.sender >> 8), byte(s.sender),
		byte(s.seq >> 24), byte(s.seq >> 16), byte(s.seq >> 8), byte(s.seq),
		byte(s.at >> 56), byte(s.at >> 48), byte(s.at >> 40), byte(s.at >> 32),
		byte(s.at >> 24), byte(s.at >> 16), byte(s.at >> 8), byte(s.at),
	}
	dst = hex.AppendEncode(dst, raw[:])
	for len(dst)-begin < size {
		dst = append(dst, 'x')
	}
	return dst
}

// findStamp finds the stamp in a line that a server sent.
func findStamp(b []byte) (s stamp, ok bool) {
	i := bytes.Index(b, []byte(stampMark))
	if i < 0 || len(b) < i+stampBytes {
		return s, false
	}
	digits := b[i+len(stampMark) : i+stampBytes]
	s.sender = uint16(number(digits[:4]))
	s.seq = uint32(number(digits[4:12]))
	s.at = int64(number(digits[12:]))
	return s, true
}

// number reads lower-case hexadecimal digits: only what appendTo wrote comes here.
func number(digits []byte) (n uint64) {
	for _, d := range digits {
		if d -= '0'; d > 9 {
			d -= 'a' - '0' - 10
		}
		n = n<<4 | uint64(d)
	}
	return n
}
