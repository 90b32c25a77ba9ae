package idle

import (
	"fmt"
	"net"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/early"
)

// Poller waits for all its sockets at once, by one epoll, and starts a goroutine for each that has something to read.
type Poller struct {
	epoll, wake int // descriptors
	running     sync.WaitGroup
	done        chan struct{}

	mu    sync.Mutex
	slots []slot // by descriptor: these are small numbers without gaps, so this is the smallest map there is
}

// slot is what the poller knows of a socket without looking at it.
type slot struct {
	s        *socket
	deadline int64 // of reading, Unix nanoseconds; 0: none. Here, so that a look at a million of them is one at 16 MB in a row
}

const (
	// tick is how often deadlines are looked at, and so how late they may be.
	tick = 250 * time.Millisecond
	// events are taken from the kernel in one call, at most.
	events = 256
	// startAtOnce are started before they have their turn. Otherwise a rush would leave a goroutine for each, whose
	// memory stays with the process.
	startAtOnce = 64
)

// NewPoller starts one. Close ends it.
func NewPoller() (*Poller, error) {
	p := &Poller{wake: -1, done: make(chan struct{})}
	var err error
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("start the poller: epoll: %w", err)
	}
	if p.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC); err == nil {
		err = unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, p.wake, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(p.wake)})
	}
	if err != nil {
		_ = unix.Close(p.wake) // -1 is none
		_ = unix.Close(p.epoll)
		return nil, fmt.Errorf("start the poller: eventfd: %w", err)
	}
	p.running.Go(p.wait)
	p.running.Go(p.watchDeadlines)
	return p, nil
}

// Close ends the poller, when all its sockets are closed.
func (p *Poller) Close() {
	close(p.done)
	_, _ = unix.Write(p.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	p.running.Wait()
	_ = unix.Close(p.wake)
	_ = unix.Close(p.epoll)
}

// Poll is chat.Options.Poll. It takes over sockets of TCP; nil for all others, as TLS has state of its own.
func (p *Poller) Poll(conn net.Conn) chat.Polled {
	fd, err := duplicate(conn)
	if err != nil {
		return nil
	}
	ahead := early.Ahead(conn)
	_ = conn.Close() // and with it all that Go keeps for a socket: 500 bytes, and a place in Go's own epoll
	s := &socket{poller: p, fd: int32(fd)}
	if len(ahead) > 0 {
		s.reading = borrow(s)
		s.reading.ahead = ahead
	}
	s.state.Store(busy) // nobody reads before Begin
	if err := p.add(s); err != nil {
		_ = s.Close() // shows at the first read, as an end
	}
	return s
}

// duplicate returns a descriptor of the same socket, which is not Go's.
func duplicate(conn net.Conn) (fd int, err error) {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return 0, syscall.ENOTSUP
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	failed := raw.Control(func(of uintptr) { fd, err = unix.FcntlInt(of, unix.F_DUPFD_CLOEXEC, 0) })
	if failed != nil {
		err = failed
	}
	return fd, err
}

// add has epoll tell of a socket each time that something comes, or that it takes something again after it was full. It tells
// once (edge-triggered), and so need not be asked anew.
func (p *Poller) add(s *socket) error {
	p.mu.Lock()
	for int(s.fd) >= len(p.slots) {
		p.slots = append(p.slots, slot{})
	}
	p.slots[s.fd] = slot{s: s}
	p.mu.Unlock()
	return unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, int(s.fd),
		&unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET, Fd: s.fd})
}

// forget is called before the descriptor is closed: another socket may have its number right after.
func (p *Poller) forget(s *socket) {
	p.mu.Lock()
	p.slots[s.fd] = slot{}
	p.mu.Unlock()
}

// wait takes events, until Close.
func (p *Poller) wait() {
	var list [events]unix.EpollEvent
	var told [events]*socket
	for {
		n, err := unix.EpollWait(p.epoll, list[:], -1)
		if err != nil && err != unix.EINTR {
			return // only a programmer's mistake can make it fail
		}
		p.mu.Lock()
		for i := range max(n, 0) {
			if fd := int(list[i].Fd); fd == p.wake {
				p.mu.Unlock()
				return
			} else if fd < len(p.slots) {
				told[i] = p.slots[fd].s // nil: it was closed meanwhile
			}
		}
		p.mu.Unlock()
		started := 0
		for i := range max(n, 0) {
			if s := told[i]; s != nil && s.told() {
				if started++; started%startAtOnce == 0 {
					runtime.Gosched()
				}
			}
			told[i] = nil
		}
	}
}

// watchDeadlines wakes sockets whose deadline is over, until Close.
func (p *Poller) watchDeadlines() {
	look := time.NewTicker(tick)
	defer look.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-look.C:
			for _, s := range p.over(time.Now().UnixNano()) {
				s.expire()
			}
		}
	}
}

func (p *Poller) over(now int64) (over []*socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.slots {
		if d := p.slots[i].deadline; d != 0 && d <= now {
			over = append(over, p.slots[i].s)
		}
	}
	return over
}

// setDeadline is called with the socket's lock held.
func (p *Poller) setDeadline(s *socket, t int64) {
	p.mu.Lock()
	p.slots[s.fd].deadline = t
	p.mu.Unlock()
}

// takeDeadline reports whether the socket's deadline is still over, and removes it if so. The socket's lock is held.
func (p *Poller) takeDeadline(s *socket, now int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	d := &p.slots[s.fd].deadline
	if *d == 0 || *d > now {
		return false
	}
	*d = 0
	return true
}
