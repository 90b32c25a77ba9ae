package faults

import (
	"bytes"
	"fmt"
	"strconv"
)

// stamp is the beginning of a message's data: its source and its number.
//
//	@F ss nnnnnnnn xxxx…   (without the spaces, in hexadecimal digits)
//
// It needs no escaping in any protocol, and a receiver finds it in whatever the
// server made of the message.
type stamp struct {
	source int
	seq    int // from 1
}

const (
	mark        = "@F"
	stampDigits = 2 + 8
	// messageBytes is the size of a message's data, as people write them.
	messageBytes = 128
)

func (s stamp) appendTo(dst []byte, size int) []byte {
	begin := len(dst)
	dst = fmt.Appendf(dst, "%s%02x%08x", mark, s.source, s.seq)
	for len(dst)-begin < size {
		dst = append(dst, 'x')
	}
	return dst
}

func findStamp(b []byte) (s stamp, ok bool) {
	i := bytes.Index(b, []byte(mark))
	if i < 0 || len(b) < i+len(mark)+stampDigits {
		return s, false
	}
	digits := string(b[i+len(mark) : i+len(mark)+stampDigits])
	source, err := strconv.ParseUint(digits[:2], 16, 8)
	if err != nil {
		return s, false
	}
	seq, err := strconv.ParseUint(digits[2:], 16, 32)
	return stamp{int(source), int(seq)}, err == nil
}
