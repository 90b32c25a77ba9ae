//go:build !linux

package loadtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// engine reads for each client on a goroutine of its own. It costs half as much
// again as engine_linux.go, and does not know how busy it is: it would count
// the time in which goroutines wait for each other.
type engine struct {
	recorder *recorder
	group    sync.WaitGroup
	done     chan struct{}

	mu      sync.Mutex
	clients []*client
}

func newEngine(r *recorder) (*engine, error) {
	return &engine{recorder: r, done: make(chan struct{})}, nil
}

// connect opens a client's connection and sends its request.
func (e *engine) connect(ctx context.Context, c *client, addr string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", addr, err)
	}
	c.socket = stream{conn}
	e.mu.Lock()
	e.clients = append(e.clients, c)
	e.mu.Unlock()
	if err := c.socket.write(c.request(addr)); err != nil {
		return fmt.Errorf("connect to %s: %w", addr, err)
	}
	e.group.Go(func() { e.read(c, conn) })
	return nil
}

func (e *engine) read(c *client, conn net.Conn) {
	buf := make([]byte, 16<<10)
	for {
		n, err := conn.Read(buf)
		if n > 0 {
			e.recorder.feed(c, buf[:n])
		}
		for c.mute() && err == nil {
			select {
			case <-e.done:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
		if err != nil {
			if !errors.Is(err, net.ErrClosed) {
				e.recorder.broke(c, err)
			}
			return
		}
	}
}

// hear has a deaf client read again, soon.
func (e *engine) hear(c *client) { c.hears.Store(true) }

// run returns when stop is called.
func (e *engine) run() { <-e.done }

// stop closes all connections and ends run.
func (e *engine) stop() {
	e.mu.Lock()
	for _, c := range e.clients {
		c.shut()
	}
	e.mu.Unlock()
	close(e.done)
	e.group.Wait()
}

// stream is a socket of the net package.
type stream struct{ net.Conn }

func (s stream) write(b []byte) error { _, err := s.Write(b); return err }
func (s stream) close()               { _ = s.Close() }

// sleepUntil waits until the lab's clock shows at.
func sleepUntil(at int64) {
	if left := at - now(); left > 0 {
		time.Sleep(time.Duration(left))
	}
}
