package early

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"net/http"
	"syscall"
)

// ResponseWriter is a response whose connection, when it is hijacked, begins with what the client has sent behind its
// request. The HTTP server has read that already, into a buffer of its own; the WebSocket
// library would close a connection where something is in it. A client that need not wait for the
// answer, as its first frame depends on nothing in it, saves a round trip.
type ResponseWriter struct{ http.ResponseWriter }

// Hijack implements http.Hijacker.
func (w ResponseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil || buffers.Reader.Buffered() == 0 {
		return conn, buffers, err
	}
	ahead, err := buffers.Reader.Peek(buffers.Reader.Buffered())
	begun := &begunConn{Conn: conn, ahead: bytes.Clone(ahead)}
	buffers.Reader.Reset(begun)
	return begun, buffers, err
}

// begunConn is a connection of which some was read before.
type begunConn struct {
	net.Conn
	ahead []byte
}

// Read implements net.Conn.
func (c *begunConn) Read(p []byte) (int, error) {
	if len(c.ahead) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.ahead)
	if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
		c.ahead = nil // or its memory would stay
	}
	return n, nil
}

// Ahead returns what is read from a connection before anything that its socket has: what came with the request. Whoever
// takes the socket takes this, too.
func Ahead(conn net.Conn) []byte {
	if begun, ok := conn.(*begunConn); ok {
		return begun.ahead
	}
	return nil
}

// SyscallConn implements syscall.Conn, for writes that do not wait.
func (c *begunConn) SyscallConn() (syscall.RawConn, error) {
	if socket, ok := c.Conn.(syscall.Conn); ok {
		return socket.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}
