package crowd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Crowd is clients, each in a room of perRoom. Its methods are for one goroutine at a time.
type Crowd struct {
	nodes []netip.AddrPort
	epoll int
	wake  int
	done  chan struct{}

	mu      sync.Mutex
	moved   *sync.Cond // something below has changed
	clients []*client  // by descriptor
	open    []int32    // descriptors, in the order of connecting
	came    int        // that got "$welcome"
	lost    int        // that the node has closed
	why     error      // of the first that was lost
	word    []byte     // that is listened for
	round   uint32     // which word that is
	heard   int        // that have heard it
	again   int        // that have heard it once more
}

// client is one of them.
type client struct {
	rest  []byte // what has come of a frame that is not whole; nil: nothing
	round uint32 // of the last word that it has heard
	state byte
}

const (
	asking  byte = iota // has asked for a WebSocket
	waiting             // for "$welcome"
	welcome
	gone
)

const (
	// asked bounds those that have asked and are not welcome yet: enough to keep the nodes busy, too few for the
	// kernel's queue of connections that nobody has accepted.
	asked = 64
	// perSource is how many come from one address. The kernel has 28,000 ports for an address and a destination. It tries the
	// even ones first, one after the other: with more than a third of them taken that takes longer than all else, and with
	// half of them taken, 14,000 tries for each client.
	perSource = 5000
	perRoom   = 100
	// patience ends a wait in which nothing moves.
	patience = 30 * time.Second
)

// New makes an empty crowd for nodes at these addresses, host:port of IPv4.
func New(nodes ...string) (*Crowd, error) {
	c := &Crowd{wake: -1, done: make(chan struct{})}
	c.moved = sync.NewCond(&c.mu)
	for _, node := range nodes {
		addr, err := netip.ParseAddrPort(node)
		if err != nil {
			return nil, fmt.Errorf("gather a crowd at %s: %w", node, err)
		}
		c.nodes = append(c.nodes, addr)
	}
	var err error
	if c.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("gather a crowd: epoll: %w", err)
	}
	if c.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC); err == nil {
		err = c.watch(c.wake)
	}
	if err != nil {
		_ = unix.Close(c.wake) // -1 is none
		_ = unix.Close(c.epoll)
		return nil, fmt.Errorf("gather a crowd: eventfd: %w", err)
	}
	go c.serve()
	return c, nil
}

func (c *Crowd) watch(fd int) error {
	return unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

// Size is how many are welcome, and have not been lost.
func (c *Crowd) Size() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.came - c.lost
}

// Grow connects more clients, and returns when all are welcome. Its error says what has stopped it; those that had come
// stay.
func (c *Crowd) Grow(ctx context.Context, more int) error {
	for range more {
		err := ctx.Err()
		c.mu.Lock()
		n := len(c.open)
		c.mu.Unlock()
		if err == nil {
			err = c.until(func() bool { return n-c.came < asked })
		}
		if err == nil {
			err = c.connect(n)
		}
		if err != nil {
			_ = c.allCame() // those on their way
			c.mu.Lock()
			c.why = nil // it is told
			c.mu.Unlock()
			return fmt.Errorf("connect client %d: %w", n+1, err)
		}
	}
	return c.allCame()
}

func (c *Crowd) allCame() error { return c.until(func() bool { return c.came == len(c.open) }) }

// connect opens the connection of client n. On loopback the kernel has made it when connect(2) returns.
func (c *Crowd) connect(n int) error {
	to := c.nodes[n%len(c.nodes)]
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return explain(err)
	}
	source := n / len(c.nodes) / perSource
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1) // the port is chosen by connect, for this destination alone
	err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, byte(source / 250), byte(source%250 + 2)}})
	if err == nil {
		err = unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
	}
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err == nil {
		c.mu.Lock()
		for fd >= len(c.clients) {
			c.clients = append(c.clients, nil)
		}
		c.clients[fd] = &client{}
		c.open = append(c.open, int32(fd))
		c.mu.Unlock()
		_, err = unix.Write(fd, fmt.Appendf(nil, "GET /ws?room=r%d HTTP/1.1\r\nHost: %v\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", n/perRoom, to))
		if err == nil {
			err = c.watch(fd)
		}
		return explain(err)
	}
	_ = unix.Close(fd)
	return explain(err)
}

// explain says in words what a machine has run out of.
func explain(err error) error {
	switch {
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		return fmt.Errorf("no descriptor is left (ulimit -n): %w", err)
	case errors.Is(err, unix.EADDRNOTAVAIL):
		return fmt.Errorf("no port is left at this address: %w", err)
	case errors.Is(err, unix.ENOMEM), errors.Is(err, unix.ENOBUFS):
		return fmt.Errorf("no memory is left for sockets: %w", err)
	case errors.Is(err, unix.ENOSPC):
		return fmt.Errorf("epoll may watch no more (fs.epoll.max_user_watches): %w", err)
	}
	return err
}

// Listen begins to count who hears this word, which nothing else contains.
func (c *Crowd) Listen(word string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.word, c.heard, c.again = []byte(word), 0, 0
	c.round++
}

// Heard waits until everybody has heard the word, or until nothing more comes, and says how many have, and how many of them
// more than once.
func (c *Crowd) Heard() (heard, again int) {
	_ = c.until(func() bool { return c.heard == c.came-c.lost })
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard, c.again
}

// until waits for a state, for as long as something moves.
func (c *Crowd) until(there func() bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var still bool // nothing has moved for so long
	timer := time.AfterFunc(patience, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		still = true
		c.moved.Broadcast()
	})
	defer timer.Stop()
	for before := c.came + c.heard; !there(); {
		if now := c.came + c.heard; now != before {
			before = now
			timer.Reset(patience)
		}
		switch {
		case c.why != nil:
			return c.why
		case still:
			return fmt.Errorf("nothing has moved for %v: %d of %d are welcome", patience, c.came, len(c.open))
		}
		c.moved.Wait()
	}
	return nil
}

// Leave closes all connections at once, without a word.
func (c *Crowd) Leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, fd := range c.open {
		if c.clients[fd] != nil {
			c.clients[fd] = nil
			_ = unix.Close(int(fd))
		}
	}
	c.open, c.came, c.lost, c.why = nil, 0, 0, nil
}

// Close ends the crowd.
func (c *Crowd) Close() {
	c.Leave()
	_, _ = unix.Write(c.wake, bytes.Repeat([]byte{1}, 8))
	<-c.done
	_ = unix.Close(c.wake)
	_ = unix.Close(c.epoll)
}
