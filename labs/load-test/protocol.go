package loadtest

import (
	"bytes"
	"fmt"
	"net/url"
)

// Protocol is what clients of one kind of server say and hear, inside of
// WebSocket text frames.
type Protocol interface {
	// Path is the request's path and query for a client that enters a room.
	Path(name, room string) string
	// Greeting is what a client says first; nil: nothing.
	Greeting() []byte
	// Message appends what sends data, which needs no escaping, to a room.
	Message(dst []byte, room string, data []byte) []byte
	// Hear says what a frame without a message means.
	Hear(payload []byte) (Sign, []byte)
}

// Sign is the meaning of a frame without a message.
type Sign int

// The signs. With Answer comes what must be sent back.
const (
	Nothing Sign = iota // that the lab wants to know
	Welcome             // the client is in its room
	Answer              // a question: is the client alive?
	Refusal             // something was not taken
)

// Chat is the client wire of chapter 04.
type Chat struct{}

// Path implements Protocol.
func (Chat) Path(name, room string) string {
	return "/ws?" + url.Values{"name": {name}, "room": {room}}.Encode()
}

// Greeting implements Protocol: the URL says it all.
func (Chat) Greeting() []byte { return nil }

// Message implements Protocol. The room is that of the URL.
func (Chat) Message(dst []byte, _ string, data []byte) []byte {
	dst = append(append(dst, `{"event":"message","data":"`...), data...)
	return append(dst, `"}`...)
}

// Hear implements Protocol.
func (Chat) Hear(payload []byte) (Sign, []byte) {
	switch {
	case bytes.HasPrefix(payload, []byte(`{"event":"$welcome"`)):
		return Welcome, nil
	case bytes.HasPrefix(payload, []byte(`{"event":"$error"`)):
		return Refusal, nil
	}
	return Nothing, nil // presence, and what a node says of its replica
}

// SocketIO is Socket.IO 4's protocol in Engine.IO 4's, over WebSocket alone: each
// frame begins with Engine.IO's packet type (0 open, 2 ping, 3 pong, 4 message);
// in a message, Socket.IO's type follows (0 connect, 2 event, 4 error).
type SocketIO struct{}

// Path implements Protocol.
func (SocketIO) Path(name, room string) string {
	return "/socket.io/?" + url.Values{"EIO": {"4"}, "transport": {"websocket"}, "name": {name}, "room": {room}}.Encode()
}

// Greeting implements Protocol: connect to the namespace "/".
func (SocketIO) Greeting() []byte { return []byte("40") }

// Message implements Protocol. The server sends to the room that the URL named.
func (SocketIO) Message(dst []byte, _ string, data []byte) []byte {
	dst = append(append(dst, `42["message","`...), data...)
	return append(dst, `"]`...)
}

// Hear implements Protocol.
func (SocketIO) Hear(payload []byte) (Sign, []byte) {
	switch {
	case bytes.HasPrefix(payload, []byte("40")):
		return Welcome, nil
	case bytes.HasPrefix(payload, []byte("44")):
		return Refusal, nil
	case bytes.HasPrefix(payload, []byte("2")): // each 25 s
		return Answer, []byte("3")
	}
	return Nothing, nil
}

// CentrifugeJSON is centrifuge's JSON protocol: commands with a number, replies
// with it, pushes without one; several in a frame are joined by newlines.
type CentrifugeJSON struct{}

// Path implements Protocol. The peer's server subscribes its client to the room.
func (CentrifugeJSON) Path(name, room string) string {
	return "/connection/websocket?" + url.Values{"name": {name}, "room": {room}}.Encode()
}

// Greeting implements Protocol.
func (CentrifugeJSON) Greeting() []byte { return []byte(`{"id":1,"connect":{}}`) }

// Message implements Protocol.
func (CentrifugeJSON) Message(dst []byte, room string, data []byte) []byte {
	return fmt.Appendf(dst, `{"id":2,"publish":{"channel":"%s","data":"%s"}}`, room, data)
}

// Hear implements Protocol.
func (CentrifugeJSON) Hear(payload []byte) (Sign, []byte) {
	switch {
	case bytes.HasPrefix(payload, []byte(`{"id":1,"connect"`)):
		return Welcome, nil
	case bytes.Contains(payload, []byte(`"error":`)):
		return Refusal, nil
	case bytes.Equal(payload, []byte("{}")): // each 25 s
		return Answer, []byte("{}")
	}
	return Nothing, nil
}
