package redistest

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Way is a way to a server, as a proxy on 127.0.0.1. It does what a network does: it holds back what is sent,
// and loses nothing of a connection, as TCP sends again what was lost. And it does what a name does: it can lead
// to another server from some moment on, for new connections.
type Way struct {
	Addr string // host:port

	mu     sync.Mutex
	server string
	held   chan struct{} // closed when it is released; nil: it is not held
}

// StartWay opens a way to the server at host:port, until the test ends.
func StartWay(t testing.TB, server string) *Way {
	t.Helper()
	w := &Way{server: server}
	w.Addr = Listen(t, func(client net.Conn) {
		w.wait()
		pass(client, w.leadsTo(), w.copy, w.copy)
	})
	t.Cleanup(w.Release) // before Listen's: it waits for those that are held
	return w
}

// Hold holds back all that is sent, in both directions; also what new connections send.
func (w *Way) Hold() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held == nil {
		w.held = make(chan struct{})
	}
}

// Release lets everything pass, what was held back first.
func (w *Way) Release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.held != nil {
		close(w.held)
		w.held = nil
	}
}

// Lead lets new connections come to another server. The others stay.
func (w *Way) Lead(server string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.server = server
}

func (w *Way) leadsTo() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.server
}

// wait waits while the way is held.
func (w *Way) wait() {
	w.mu.Lock()
	held := w.held
	w.mu.Unlock()
	if held != nil {
		<-held
	}
}

func (w *Way) copy(to io.Writer, from io.Reader) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		w.wait()
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
