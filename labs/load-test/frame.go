package loadtest

import (
	"encoding/binary"
	"math/rand/v2"
)

// Opcodes of RFC 6455, section 5.2, as far as they occur.
const (
	opText  = 1
	opClose = 8
	opPing  = 9
	opPong  = 10
)

// nextFrame splits the first WebSocket frame off what a server sent. ok is false
// while it is not whole. A server's frames are not masked, and none of the
// systems here splits a message into several.
func nextFrame(b []byte) (op byte, payload, rest []byte, ok bool) {
	if len(b) < 2 {
		return 0, nil, b, false
	}
	head, n := 2, uint64(b[1]&0x7f)
	switch n {
	case 126:
		if head = 4; len(b) >= head {
			n = uint64(binary.BigEndian.Uint16(b[2:]))
		}
	case 127:
		if head = 10; len(b) >= head {
			n = binary.BigEndian.Uint64(b[2:])
		}
	}
	if uint64(len(b)) < uint64(head)+n {
		return 0, nil, b, false
	}
	end := head + int(n)
	return b[0] & 0x0f, b[head:end], b[end:], true
}

// appendFrame appends a client's frame: masked, as the protocol asks. The mask
// is one for all: it protects proxies from scripts, and there are none here.
func appendFrame(dst []byte, op byte, payload []byte) []byte {
	dst = append(dst, 0x80|op)
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, 0x80|byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, 0x80|126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, 0x80|127), uint64(n))
	}
	dst = append(dst, mask[:]...)
	for i, b := range payload {
		dst = append(dst, b^mask[i&3])
	}
	return dst
}

var mask = func() (m [4]byte) {
	binary.NativeEndian.PutUint32(m[:], rand.Uint32())
	return m
}()
