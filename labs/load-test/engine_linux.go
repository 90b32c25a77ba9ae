package loadtest

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// engine reads for many clients on one thread. With a goroutine each, as elsewhere
// (engine_other.go), a wake-up costs the switch of goroutines and a second read that
// finds nothing; epoll says which sockets have something, and one read takes it. The
// thread waits in the kernel itself. Behind Go's own poller, which is an epoll, too,
// each write of a server would have to wake two threads.
type engine struct {
	recorder *recorder
	epoll    int
	wake     int           // an eventfd, which ends run
	done     chan struct{} // closed when run has ended

	mu      sync.Mutex
	clients map[int32]*client // by descriptor
}

func newEngine(r *recorder) (*engine, error) {
	e := &engine{recorder: r, clients: map[int32]*client{}, done: make(chan struct{})}
	var err error
	if e.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("start the load generator: epoll: %w", explain(err))
	}
	if e.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC); err == nil {
		err = e.watch(e.wake)
	}
	if err != nil {
		_ = unix.Close(e.epoll)
		_ = unix.Close(e.wake) // -1 is none
		return nil, fmt.Errorf("start the load generator: eventfd: %w", explain(err))
	}
	return e, nil
}

// watch has epoll tell when fd can be read.
func (e *engine) watch(fd int) error {
	return unix.EpollCtl(e.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

// connect opens a client's connection and sends its request; run reads the
// answer. On loopback the kernel has done the handshake when connect returns.
func (e *engine) connect(ctx context.Context, c *client, addr string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	to, err := netip.ParseAddrPort(addr)
	if err != nil || !to.Addr().Is4() {
		return fmt.Errorf("connect to %s: want an IPv4 address and a port", addr)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", addr, explain(err))
	}
	s := descriptor(fd)
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
		s.close()
		return fmt.Errorf("connect to %s: %w", addr, err)
	}
	_ = unix.SetNonblock(fd, true)
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	// Acknowledge as clients on a network do, not after each read: that was a
	// third of a read's cost, and the servers paid for it, too.
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_QUICKACK, 0)
	c.socket = s
	e.mu.Lock()
	e.clients[int32(fd)] = c
	e.mu.Unlock()
	if err = e.watch(fd); err == nil {
		err = s.write(c.request(addr))
	}
	if err != nil {
		return fmt.Errorf("connect to %s: %w", addr, err)
	}
	return nil
}

func explain(err error) error {
	if errors.Is(err, unix.EMFILE) {
		return fmt.Errorf("%w: raise the limit on open files (ulimit -n), or ask for fewer clients", err)
	}
	return err
}

// readBytes is how much is read at once.
const readBytes = 256 << 10

// run reads until stop is called.
func (e *engine) run() {
	defer close(e.done)
	events := make([]unix.EpollEvent, 256)
	buf := make([]byte, readBytes)
	for {
		n, err := unix.EpollWait(e.epoll, events, -1)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return // only a programmer's mistake can make it fail
		}
		for _, event := range events[:n] {
			if int(event.Fd) == e.wake {
				return
			}
			e.mu.Lock()
			c := e.clients[event.Fd]
			e.mu.Unlock()
			e.read(c, int(event.Fd), buf)
		}
	}
}

func (e *engine) read(c *client, fd int, buf []byte) {
	begun := time.Now()
	defer func() { e.recorder.busy.Add(int64(time.Since(begun))) }()
	n, err := unix.Read(fd, buf)
	switch {
	case n > 0:
		if e.recorder.feed(c, buf[:n]); c.mute() {
			_ = unix.EpollCtl(e.epoll, unix.EPOLL_CTL_DEL, fd, nil)
		}
		return
	case err == unix.EAGAIN || err == unix.EINTR:
		return
	case err == nil:
		err = errors.New("the server closed the connection without a close frame")
	}
	_ = unix.EpollCtl(e.epoll, unix.EPOLL_CTL_DEL, fd, nil)
	e.recorder.broke(c, err)
}

// hear has a deaf client read again.
func (e *engine) hear(c *client) {
	c.hears.Store(true)
	fd := int(c.socket.(descriptor))
	_ = e.watch(fd)
}

// stop ends run and closes all connections.
func (e *engine) stop() {
	_, _ = unix.Write(e.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	<-e.done // before the socket is closed: another one may soon have its number
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.clients {
		c.shut()
	}
	_ = unix.Close(e.wake)
	_ = unix.Close(e.epoll)
}

// descriptor is a socket that does not block.
type descriptor int

// writeTimeout is how long a server may leave a client's bytes untaken.
const writeTimeout = 10 * time.Second

func (d descriptor) write(b []byte) error {
	for len(b) > 0 {
		n, err := unix.Write(int(d), b)
		switch {
		case err == unix.EAGAIN:
			ready, err := unix.Poll([]unix.PollFd{{Fd: int32(d), Events: unix.POLLOUT}}, int(writeTimeout.Milliseconds()))
			if err != nil && err != unix.EINTR {
				return err
			} else if err == nil && ready == 0 {
				return fmt.Errorf("the server has taken nothing for %v", writeTimeout)
			}
		case err == unix.EINTR:
		case err != nil:
			return err
		default:
			b = b[n:]
		}
	}
	return nil
}

func (d descriptor) close() { _ = unix.Close(int(d)) }

// sleepUntil waits until the lab's clock shows at. Go's own timers wait for
// whole milliseconds when a process is idle otherwise; the kernel's are exact to
// some 60 µs.
func sleepUntil(at int64) {
	for {
		left := at - now()
		if left <= 0 {
			return
		}
		spec := unix.NsecToTimespec(left)
		_ = unix.Nanosleep(&spec, nil)
	}
}
