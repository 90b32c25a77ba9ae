package main

import (
	"encoding/binary"
	"encoding/json"
	"time"
)

// Opcodes with the bit that says that the frame is the message's last, RFC
// 6455, section 5.2. A server's frames are not masked.
const (
	opText  = 0x81
	opClose = 0x88
	opPong  = 0x8a
)

func appendFrame(dst []byte, op byte, payload []byte) []byte {
	return append(appendHead(dst, op, len(payload)), payload...)
}

func appendHead(dst []byte, op byte, n int) []byte {
	switch {
	case n < 126:
		return append(dst, op, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(dst, op, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, op, 127), uint64(n))
}

const (
	stamp = "2006-01-02T15:04:05.000Z" // how "at" looks, and how many bytes it has

	beginMessage = `{"event":"message","data":`
	beforeRoom   = `,"room":`
	beforeFrom   = `,"from":`
	beforeAt     = `,"at":"`
	endMessage   = `"}`
)

// appendMessage appends a message's frame. All but data is short JSON, so the
// length, which comes first, is known beforehand.
func appendMessage(dst, data []byte, room, from string) []byte {
	n := len(beginMessage) + len(data) + len(beforeRoom) + len(room) + len(beforeFrom) + len(from) + len(beforeAt) + len(stamp) + len(endMessage)
	dst = appendHead(dst, opText, n)
	dst = append(append(dst, beginMessage...), data...)
	dst = append(append(dst, beforeRoom...), room...)
	dst = append(append(dst, beforeFrom...), from...)
	dst = append(dst, beforeAt...)
	dst = time.Now().UTC().AppendFormat(dst, stamp)
	return append(dst, endMessage...)
}

func appendWelcome(dst []byte, name, room string) []byte {
	return appendFrame(dst, opText, []byte(`{"event":"$welcome","data":{"name":`+name+`,"room":`+room+`,"node":"ceiling"}}`))
}

var refusal = appendFrame(nil, opText, []byte(
	`{"event":"$error","data":{"code":"bad_frame","text":"this server knows nothing but {\"event\":\"message\",\"data\":\"hi\"}"}}`))

func quote(s string) string {
	b, _ := json.Marshal(s) // a string always can be
	return string(b)
}
