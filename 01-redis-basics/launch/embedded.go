package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
)

// Embedded is a Redis server inside this process, with nothing to install.
// It speaks Redis' protocol on a port of its own, keeps its data in this
// process' memory, and saves nothing: after Kill, Stop or Restart it is empty.
//
// One goroutine accepts connections until Kill; miniredis runs two more for
// each connection, and they end with it.
//
// Keys expire with the clock, as in Redis; in miniredis itself they stand still
// until a test moves them. Miniredis().FastForward moves them on further.
type Embedded struct {
	addr        string
	hook        server.Hook
	stopTimeout time.Duration

	mu       sync.Mutex
	m        *miniredis.Miniredis
	listener net.Listener  // nil while the server is down
	accepted chan struct{} // closed when the accepting goroutine has ended
	closed   bool
}

// EmbeddedOptions are the options of StartEmbedded. The zero value works.
type EmbeddedOptions struct {
	// Port on 127.0.0.1. Default 0: a free one.
	Port int
	// Hook sees each command before it runs; true means that it has answered
	// the command. It is in place before the first connection is accepted,
	// also after a Restart. Default: none.
	Hook server.Hook
	// StopTimeout is how long Kill, Stop, Restart and Close wait for commands that
	// are being carried out, each of which ends in a moment unless miniredis hangs.
	// Default 10s.
	StopTimeout time.Duration
}

// StartEmbedded starts a server inside this process.
func StartEmbedded(o EmbeddedOptions) (*Embedded, error) {
	l, err := listen(o.Port)
	if err != nil {
		return nil, fmt.Errorf("start an embedded server: %w", err)
	}
	e := &Embedded{addr: l.Addr().String(), hook: o.Hook, stopTimeout: cmp.Or(o.StopTimeout, 10*time.Second)}
	if err := e.serve(l); err != nil {
		return nil, fmt.Errorf("start an embedded server on %s: %w", e.addr, err)
	}
	return e, nil
}

// Addr is the server's host:port.
func (e *Embedded) Addr() string { return e.addr }

// Miniredis is the instance that answers now. Each Restart makes a fresh one,
// because after miniredis' own Close and Restart blocking commands hang. Its
// Addr is empty, because the listener is ours: use (*Embedded).Addr.
func (e *Embedded) Miniredis() *miniredis.Miniredis {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.m
}

// Kill drops all connections; the data is gone. The error is ErrHangs, when a command
// does not end.
func (e *Embedded) Kill() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.kill()
}

// Stop is Kill: there is no disk to save to.
func (e *Embedded) Stop(context.Context) error { return e.Kill() }

// Restart starts an empty server at the same address.
func (e *Embedded) Restart(context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return fmt.Errorf("restart the embedded server on %s: it is closed", e.addr)
	}
	err := e.kill()
	var l net.Listener
	if err == nil {
		l, err = listenAddr(e.addr)
	}
	if err == nil {
		err = e.serve(l)
	}
	if err != nil {
		return fmt.Errorf("restart the embedded server on %s: %w", e.addr, err)
	}
	return nil
}

// Close ends the server for good. The error is ErrHangs, when a command does not end.
func (e *Embedded) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	return e.kill()
}

// serve gives l to a fresh miniredis. The listener is ours, because miniredis,
// when it listens by itself, accepts connections before commands and hook are
// in place.
func (e *Embedded) serve(l net.Listener) error {
	m := miniredis.NewMiniRedis()
	first, err := m.Dial() // starts m without a listener
	if err != nil {
		l.Close()
		return err
	}
	first.Close()
	srv := m.Server()
	srv.SetPreHook(guarded((&expiry{m: m, last: time.Now()}).before(e.hook)))
	accepted := make(chan struct{})
	e.m, e.listener, e.accepted = m, l, accepted
	go func() {
		defer close(accepted)
		for {
			conn, err := l.Accept()
			if err != nil {
				return // closed by kill
			}
			srv.ServeConn(conn)
		}
	}()
	return nil
}

// ErrHangs is in the error of a stop that did not wait any longer for a command.
var ErrHangs = errors.New("a command that it carries out does not end")

// kill ends what answers now, if anything does. When a command does not end in time, its
// goroutine and its connection's stay behind, until it ends or the process does: nobody
// waits for them any more. All connections are closed, and nobody can connect.
func (e *Embedded) kill() error {
	if e.listener == nil {
		return nil
	}
	e.listener.Close()
	<-e.accepted // so that no connection is added to a server that ends
	e.listener = nil
	m, ended := e.m, make(chan struct{})
	go func() {
		defer close(ended)
		// The connections first: a subscriber that does not read holds miniredis'
		// lock, which its Close would wait for.
		m.Server().Close()
		m.Close()
	}()
	select {
	case <-ended:
		return nil
	case <-time.After(e.stopTimeout):
		return fmt.Errorf("end the embedded server on %s: %w, for %v so far", e.addr, ErrHangs, e.stopTimeout)
	}
}
