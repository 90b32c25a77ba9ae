package dial

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"time"
)

// Refused is the error of a connection that the server has ended with a word: it
// has no room for another client, or protected mode. It sends that unasked, and
// closes; what we send meanwhile fails, as "broken pipe" or "connection reset by
// peer", or go-redis takes the word for the answer to its greeting.
type Refused struct {
	Answer string // what the server said, as "ERR max number of clients reached"
	cause  error
}

func (r *Refused) Error() string { return aboutAnswer(r.Answer) }
func (r *Refused) Unwrap() error { return r.cause }

// listener is a connection that remembers an error that the server has said last,
// and looks for one when the connection ends. It is a *net.TCPConn otherwise:
// go-redis looks at the socket before it uses it again.
type listener struct {
	*net.TCPConn
	last string // an error that was the last thing that came; empty: none
}

// listen makes a listener of a connection over TCP.
func listen(conn net.Conn) net.Conn {
	if tcp, ok := conn.(*net.TCPConn); ok {
		return &listener{TCPConn: tcp}
	}
	return conn
}

// Read implements net.Conn.
func (l *listener) Read(b []byte) (int, error) {
	n, err := l.TCPConn.Read(b)
	if n > 0 {
		l.last = word(b[:n])
	}
	return n, l.explain(err)
}

// Write implements net.Conn. When it fails, it looks what the server has sent before.
func (l *listener) Write(b []byte) (int, error) {
	n, err := l.TCPConn.Write(b)
	if err != nil && l.last == "" && !errors.Is(err, os.ErrDeadlineExceeded) {
		there := make([]byte, longestWord)
		_ = l.TCPConn.SetReadDeadline(time.Now().Add(time.Millisecond)) // it is there, or it is not
		read, _ := l.TCPConn.Read(there)
		l.last = word(there[:read])
	}
	return n, l.explain(err)
}

func (l *listener) explain(err error) error {
	if err == nil || l.last == "" || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return err
	}
	return &Refused{l.last, err}
}

// secure is the same for TLS. Since TLS 1.3 a server looks at our certificate when we think that we are through: it
// sends an alert, and closes, and what we send meanwhile fails.
type secure struct{ *tls.Conn }

// Write implements net.Conn. When it fails, it looks for an alert that has come before.
func (s secure) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
		return n, err
	}
	_ = s.Conn.SetReadDeadline(time.Now().Add(time.Millisecond)) // it is there, or it is not
	_, last := s.Conn.Read(make([]byte, 1))
	if alert, ok := errors.AsType[*net.OpError](last); ok && alert.Op == "remote error" {
		return n, last // as it is: go-redis takes its outermost wrapping off
	}
	return n, err
}

// longestWord is more than the longest that Redis says: that of protected mode has
// 1,002 bytes.
const longestWord = 2048

// word is the error that a server has said, if that is all that it has said. That it
// does not know our greeting is none: a server before Redis 6 says so, and goes on.
func word(said []byte) string {
	text, all := bytes.CutSuffix(said, []byte("\r\n"))
	text, isError := bytes.CutPrefix(text, []byte("-"))
	if !all || !isError || bytes.IndexByte(text, '\n') >= 0 || bytes.HasPrefix(text, []byte("ERR unknown command")) {
		return ""
	}
	return string(text)
}
