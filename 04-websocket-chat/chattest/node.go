package chattest

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// Patience is how long a test waits for something that must come: it ends a hang, and says nothing about speed.
const Patience = 2 * time.Minute

// WaitFor waits for a state that stays once it is there, and reports whether it came. It allocates nothing, because
// some tests measure allocations meanwhile.
func WaitFor(done func() bool) bool {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for began := time.Now(); !done(); <-look.C {
		if time.Since(began) > Patience {
			return false
		}
	}
	return true
}

// Node is a node under test, as its clients see it.
type Node struct {
	T    testing.TB // that it is part of
	Addr string     // host and port
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
}

// Connect opens a WebSocket at /ws with that query, and leaves all else to the test; when the node refuses, the
// response is its answer.
func (n *Node) Connect(query string, header http.Header) (*websocket.Conn, *http.Response, error) {
	dialer := websocket.Dialer{NetDialContext: n.Dial, HandshakeTimeout: Patience}
	return dialer.Dial("ws://"+n.Addr+"/ws"+query, header)
}

// Handshake asks for a WebSocket, byte by byte; query and host are to be filled in, as by fmt.Sprintf.
const Handshake = "GET /ws%s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
