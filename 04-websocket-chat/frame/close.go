package frame

import "encoding/binary"

// CloseReason is a close code of RFC 6455, section 7.4, with the words that
// go with it.
type CloseReason struct {
	Code uint16
	Text string // at most 123 bytes: a control frame holds 125, two are the code
}

// Why a node closes a connection; see also CloseKicked. After 1001 and 1013 the client should pause and
// connect again; after the others it must mend its mistake first.
//
// The WebSocket library sends one more code: 1002, to a client that breaks RFC 6455
// itself. It is written at once, past the queue, and so it may stand in the middle
// of a frame that is half written; such a client does not read on. 1003 is
// reserved for data of a kind that a node does not take; this one takes all.
var (
	CloseGoingAway  = CloseReason{1001, "this node is going away; connect to another"}
	CloseNotUTF8    = CloseReason{1007, "a text frame must be UTF-8"}
	CloseFlood      = CloseReason{1008, "too many messages for too long; send slower"}
	CloseUnfinished = CloseReason{1008, "a message took too long to come whole; send it at once"}
	CloseExpired    = CloseReason{1008, "your token has expired; connect again with a new one"}
	CloseTooLarge   = CloseReason{1009, "the message is larger than this node takes"}
	CloseNotKept    = CloseReason{1013, "what you missed cannot be read at the moment; connect again"}
	CloseNotBrought = CloseReason{1013, "this room's messages do not come to this node at the moment; connect again"}
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
