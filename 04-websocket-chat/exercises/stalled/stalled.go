// Package stalled is a room of WebSockets in which nobody waits for anybody.
package stalled

import (
	"time"

	"github.com/gorilla/websocket"
)

// WriteTimeout is how long one write to a client may take.
const WriteTimeout = 10 * time.Second

// Room gives lines to all its clients. Its methods may be called from any goroutine.
type Room struct {
	limit int // bytes that may wait for one client
}

// New makes a room; limit is how many bytes may wait for one client, those that are being written not counted.
func New(limit int) *Room {
	return &Room{limit: limit}
}

// Serve lets a client in, and reads from it until the connection ends. What it reads it drops: here clients only listen. It
// closes the connection, and when it returns nothing of this client is left, no goroutine either.
func (r *Room) Serve(ws *websocket.Conn) {
	ws.Close()
}

// Say gives a line to every client, as a text frame, in one order for all. It never waits for a client. A client for whom
// more than the limit would wait is out of the room at once; it is told so by a close frame with the code 1013
// (websocket.CloseTryAgainLater), after the line that is being written, if it takes both within WriteTimeout. What else
// waited for it is dropped.
func (r *Room) Say(line []byte) {
}

// Size is how many clients are in the room.
func (r *Room) Size() int {
	return 0
}
