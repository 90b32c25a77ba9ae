package chat

import (
	"errors"
	"io"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// WebSocket is what a hub needs of a client's connection. The library's Conn is one, and the methods mean what
// they mean there.
type WebSocket interface {
	NextReader() (kind int, r io.Reader, err error)
	SetReadDeadline(t time.Time) error
	SetCloseHandler(func(code int, text string) error)
	SetPingHandler(func(payload string) error)
	SetPongHandler(func(payload string) error)
	NetConn() net.Conn
	Close() error
}

// Polled is a WebSocket that needs no goroutine while its client says nothing: see Options.Poll.
type Polled interface {
	WebSocket
	// Begin has read called on a goroutine of its own, one at a time, whenever something has come, the deadline is
	// over, or the connection was closed. Until NextReader returns ErrNothingYet, read does not return, unless the
	// connection has ended.
	Begin(read func())
}

// ErrNothingYet is what NextReader of a Polled returns where the library's would wait for the next frame.
var ErrNothingYet = errors.New("nothing has come yet")

// webSocket is what the hub reads a client's frames from.
func (h *Hub) webSocket(ws *websocket.Conn) WebSocket {
	if h.o.Poll != nil {
		if polled := h.o.Poll(ws.NetConn()); polled != nil {
			return polled
		}
	}
	return ws
}

// begin has what the client sends read.
func (c *Conn) begin() {
	if polled, ok := c.ws.(Polled); ok {
		polled.Begin(c.read)
		return
	}
	go c.read()
}
