package failover

import (
	"fmt"
	"io"
	"net"
	"sync"
)

// door stands before a server that is in a network of its own. Whoever comes while it is open is inside, and stays connected. When it
// is shut, whoever comes is outside: nobody is at that address.
type door struct {
	listener net.Listener
	server   string
	ends     sync.WaitGroup

	mu     sync.Mutex
	conns  []net.Conn
	closed bool
}

// openDoor opens one before server i.
func (b *bench) openDoor(i int) (*door, error) {
	addr, err := nowhere()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("open a door before server %d: %w", i, err)
	}
	d := &door{listener: l, server: b.servers.Addrs()[i]}
	b.doors = append(b.doors, d)
	d.ends.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // it is shut
			}
			d.ends.Go(func() { d.pass(conn) })
		}
	})
	return d, nil
}

func (d *door) addr() string { return d.listener.Addr().String() }

// pass lets one connection through until either side ends it.
func (d *door) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", d.server)
	if err != nil || !d.keep(client, server) {
		return
	}
	var back sync.WaitGroup
	back.Go(func() { _, _ = io.Copy(client, server); client.Close() })
	_, _ = io.Copy(server, client)
	server.Close()
	back.Wait()
}

// keep notes connections that close is to end.
func (d *door) keep(conns ...net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conns = append(d.conns, conns...)
	return !d.closed
}

func (d *door) shut() { _ = d.listener.Close() }

// close ends all connections, too.
func (d *door) close() {
	d.shut()
	d.mu.Lock()
	d.closed = true
	for _, conn := range d.conns {
		_ = conn.Close()
	}
	d.mu.Unlock()
	d.ends.Wait()
}
