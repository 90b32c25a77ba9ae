package frame

import "encoding/binary"

// CloseReason is a close code of RFC 6455, section 7.4, with the words that
// go with it.
type CloseReason struct {
	Code uint16
	Text string // at most 123 bytes: a control frame holds 125, two are the code
}

// Why a node closes a connection. The client's part: after 1001 and 1013
// connect again, with a pause; after the others mend what was wrong first.
//
// One more code is sent, by the WebSocket library: 1002, to who breaks RFC 6455
// itself. It is written at once, past the queue, and so may stand within a frame
// of which the socket has taken a half; who sent such does not read on. 1003
// is reserved for data of a kind that a node does not take; this one takes all.
var (
	CloseGoingAway  = CloseReason{1001, "this node is going away; connect to another"}
	CloseNotUTF8    = CloseReason{1007, "a text frame must be UTF-8"}
	CloseFlood      = CloseReason{1008, "too many messages for too long; send slower"}
	CloseUnfinished = CloseReason{1008, "a message took too long to come whole; send it at once"}
	CloseTooLarge   = CloseReason{1009, "the message is larger than this node takes"}
	CloseTooSlow    = CloseReason{1013, "too slow: what waited for you passed the limit; connect again"}
)

// Frame returns the close frame as it goes over the wire. A code of 0 makes an empty
// one, the answer to an empty one.
func (r CloseReason) Frame() []byte {
	if r.Code == 0 {
		return Append(nil, OpClose, nil)
	}
	payload := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(r.Text)), r.Code)
	return Append(nil, OpClose, append(payload, r.Text...))
}
