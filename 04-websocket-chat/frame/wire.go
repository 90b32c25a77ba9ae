package frame

import "encoding/binary"

// Opcodes of RFC 6455, section 5.2, with the FIN bit: every frame is whole.
const (
	OpText   = 0x80 | 0x1
	OpBinary = 0x80 | 0x2
	OpClose  = 0x80 | 0x8
	OpPing   = 0x80 | 0x9
	OpPong   = 0x80 | 0xA
)

// Append appends one WebSocket frame from a node to a client: unmasked, with the shortest
// of the three length forms. The library writes each frame with a system call of
// its own; frames made here can be joined, and leave together.
func Append(dst []byte, op byte, payload []byte) []byte {
	switch n := len(payload); {
	case n < 126:
		dst = append(dst, op, byte(n))
	case n < 1<<16:
		dst = append(dst, op, 126)
		dst = binary.BigEndian.AppendUint16(dst, uint16(n))
	default:
		dst = append(dst, op, 127)
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
	}
	return append(dst, payload...)
}
