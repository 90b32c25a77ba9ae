package topologytest

import (
	"bytes"
	"context"
	"net"
	"slices"
	"sync"
)

// Wires notes which command goes over which connection of a client: a client has many, and WAIT speaks of its own.
type Wires struct {
	names []string

	mu      sync.Mutex
	dialled int
	over    map[string][]int
}

// NewWires notes commands of these names, in small letters.
func NewWires(names ...string) *Wires { return &Wires{names: names, over: map[string][]int{}} }

// Dial is for redis.Options.Dialer.
func (w *Wires) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dialled++
	return &wire{conn, w, w.dialled}, nil
}

// Over returns, for each command of that name that was sent, the number of its connection, counted from 1.
func (w *Wires) Over(name string) []int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.over[name])
}

type wire struct {
	net.Conn
	wires  *Wires
	number int
}

func (c *wire) Write(sent []byte) (int, error) {
	c.wires.mu.Lock()
	for _, name := range c.wires.names {
		for range bytes.Count(bytes.ToLower(sent), []byte("\r\n"+name+"\r\n")) {
			c.wires.over[name] = append(c.wires.over[name], c.number)
		}
	}
	c.wires.mu.Unlock()
	return c.Conn.Write(sent)
}
