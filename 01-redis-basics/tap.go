package basics

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"sync"

	"example.com/redis-chat/01-redis-basics/dial"
)

// Tap sits between a client and its connections. It keeps what went over the
// wire since the last Take, if asked to, and counts round trips. Its Dial is
// for redis.Options.Dialer. The zero value counts only.
type Tap struct {
	// Keep what is sent and received. Default: only count.
	Keep bool
	// TLS, if not nil, goes over the wire; the tap keeps the text inside it.
	TLS *tls.Config

	mu       sync.Mutex
	trips    int
	sent     bytes.Buffer
	received bytes.Buffer
}

// Dial connects. All bytes of the connection go through the tap.
func (t *Tap) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err == nil && t.TLS != nil {
		conn, err = dial.Greet(ctx, conn, t.TLS, addr)
	}
	if err != nil {
		return nil, err
	}
	return &tapped{Conn: conn, tap: t}, nil
}

// RoundTrips is how often a client stopped sending and waited for an answer.
func (t *Tap) RoundTrips() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.trips
}

// Take returns what was sent and received since the last Take.
func (t *Tap) Take() (sent, received []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	sent, received = bytes.Clone(t.sent.Bytes()), bytes.Clone(t.received.Bytes())
	t.sent.Reset()
	t.received.Reset()
	return sent, received
}

type tapped struct {
	net.Conn
	tap     *Tap
	waiting bool // something was sent, nothing has come back yet
}

func (c *tapped) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	c.waiting = c.waiting || n > 0
	if c.tap.Keep {
		c.tap.sent.Write(p[:n])
	}
	return n, err
}

func (c *tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	if c.waiting && n > 0 {
		c.waiting = false
		c.tap.trips++
	}
	if c.tap.Keep {
		c.tap.received.Write(p[:n])
	}
	return n, err
}
