package chattest

import (
	"context"
	"net"
	"net/http"
	"sync"
	"syscall"
	"testing"
)

// Pipes is a listener whose connections are net.Pipes: they work within testing/synctest, and hold no byte that nobody
// has read.
type Pipes struct {
	waiting chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

// NewPipes returns a listener that waits for Dial.
func NewPipes() *Pipes {
	return &Pipes{waiting: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial returns one end of a pipe when Accept has taken the other.
func (l *Pipes) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.waiting <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept waits for Dial, until Close.
func (l *Pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.waiting:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close may be called several times.
func (l *Pipes) Close() error { l.once.Do(func() { close(l.closed) }); return nil }

// Addr is the same for all of them, and leads nowhere.
func (l *Pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

// Network is nodes in memory, by host.
type Network map[string]*Pipes

// Serve adds a node, until the test ends, and returns its URL.
func (n Network) Serve(t testing.TB, host string, h http.Handler) (url string) {
	t.Helper()
	l := NewPipes()
	n[host] = l
	server := &http.Server{Handler: h}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close(); <-ended })
	return "http://" + host
}

// Dial leads to the node of that host, whatever the port. Where no node is, the connection is refused.
func (n Network) Dial(ctx context.Context, kind, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if l := n[host]; l != nil {
		return l.Dial(ctx, kind, addr)
	}
	return nil, &net.OpError{Op: "dial", Net: kind, Err: syscall.ECONNREFUSED}
}
