package wire

import "strings"

// Reserved says whose own an event's name is, in words for whoever has chosen it, and "" when
// anybody may use it. Nobody may publish an event under a reserved name, and nodes drop one
// that comes from Redis.
//
// By the names that begin with "$" a node talks to its clients. By the others Socket.IO tells a
// program of changes of its connection: they are RESERVED_EVENTS of socket.io-parser 4.2, the
// same in socket.io 4.8, socket.io-client 4.8 and @socket.io/redis-emitter 5. A Socket.IO
// client that gets one as an event takes it for a broken packet and closes its connection.
func Reserved(event string) (whose string) {
	switch event {
	case "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener":
		return "Socket.IO's own"
	}
	if strings.HasPrefix(event, "$") {
		return "a node's own"
	}
	return ""
}
