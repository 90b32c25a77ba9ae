package idle

import (
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	chat "example.com/redis-chat/04-websocket-chat"
)

// socket is a client's, in 96 bytes: those of Go's net.Conn and of gorilla's websocket.Conn together are some 1,300. It implements
// net.Conn over a descriptor of its own, and chat.Polled (frames_linux.go).
//
// Whoever makes a system call with the descriptor holds mu meanwhile: once it is closed, its number may be another
// socket's. No call waits. Who has to wait for the socket waits for a word of the poller's.
type socket struct {
	poller *Poller
	state  atomic.Int32 // of reading
	fd     int32        // -1: closed

	mu         sync.Mutex
	late       bool          // the deadline of reading is over
	writeUntil int64         // the deadline of writing, Unix nanoseconds; 0: none
	came       chan struct{} // for a reader that waits; nil: nobody has yet
	drained    chan struct{} // for a writer that waits; nil: nobody has yet

	reading *reading // of the goroutine that reads; nil: there is none
	read    func()   // of the hub: reads until nothing is left

	onClose        func(code int, text string) error
	onPing, onPong func(payload string) error
}

// States of reading.
const (
	quiet   int32 = iota // no goroutine: the next word starts one
	busy                 // a goroutine reads
	more                 // a goroutine reads, and something has come meanwhile: it must look again
	waiting              // a goroutine waits for the rest of a frame
)

// told is called when something may have happened to the socket: bytes have come, or have gone, or the end has. It
// reports whether it has started a goroutine.
func (s *socket) told() (started bool) {
	s.mu.Lock()
	poke(s.drained)
	s.mu.Unlock()
	for {
		switch state := s.state.Load(); state {
		case quiet:
			if s.state.CompareAndSwap(quiet, busy) {
				go s.read()
				return true
			}
		case busy:
			if s.state.CompareAndSwap(busy, more) {
				return false
			}
		case waiting:
			if s.state.CompareAndSwap(waiting, busy) {
				poke(s.came)
				return false
			}
		default:
			return false
		}
	}
}

func poke(waits chan struct{}) {
	select {
	case waits <- struct{}{}: // never of a nil channel
	default: // it has a word already
	}
}

// Begin implements chat.Polled.
func (s *socket) Begin(read func()) {
	s.read = read
	go read() // what came before has been told of already
}

// Read implements net.Conn. Between two frames it does not wait, but returns chat.ErrNothingYet.
func (s *socket) Read(p []byte) (int, error) {
	for {
		n, err := s.readNow(p)
		if err != syscall.EAGAIN {
			return n, err
		}
		if s.state.CompareAndSwap(more, busy) {
			continue
		}
		if s.reading.between {
			return 0, chat.ErrNothingYet
		}
		if s.came == nil {
			s.came = make(chan struct{}, 1)
		}
		if s.state.CompareAndSwap(busy, waiting) {
			<-s.came
		}
	}
}

func (s *socket) readNow(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.fd < 0:
		return 0, net.ErrClosed
	case s.late:
		return 0, os.ErrDeadlineExceeded
	}
	for {
		switch n, err := syscall.Read(int(s.fd), p); {
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return 0, err
		case err != nil:
			return 0, &net.OpError{Op: "read", Net: "tcp", Err: err}
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// Write implements net.Conn. It waits while the socket is full.
func (s *socket) Write(p []byte) (written int, err error) {
	for written < len(p) {
		n, wait, err := s.writeNow(p[written:])
		written += n
		if err != nil {
			return written, err
		}
		if wait != nil {
			s.awaitDrain(wait)
		}
	}
	return written, nil
}

// writeNow writes what the socket takes. If that is nothing, the caller waits.
func (s *socket) writeNow(p []byte) (n int, wait chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.fd < 0:
		return 0, nil, net.ErrClosed
	case s.writeUntil != 0 && time.Now().UnixNano() >= s.writeUntil:
		return 0, nil, os.ErrDeadlineExceeded
	}
	switch n, err := syscall.Write(int(s.fd), p); err {
	case nil:
		return n, nil, nil
	case syscall.EINTR:
		return 0, nil, nil
	case syscall.EAGAIN:
		if s.drained == nil {
			s.drained = make(chan struct{}, 1)
		}
		return 0, s.drained, nil
	default:
		return 0, nil, &net.OpError{Op: "write", Net: "tcp", Err: err}
	}
}

// awaitDrain waits until the poller or a new deadline says something, or until the deadline.
func (s *socket) awaitDrain(word chan struct{}) {
	s.mu.Lock()
	until := s.writeUntil
	s.mu.Unlock()
	if until == 0 {
		<-word
		return
	}
	timer := time.NewTimer(time.Until(time.Unix(0, until)))
	defer timer.Stop()
	select {
	case <-word:
	case <-timer.C:
	}
}

// Close implements net.Conn. Whoever reads or writes learns of it.
func (s *socket) Close() error {
	s.mu.Lock()
	if s.fd >= 0 {
		s.poller.forget(s)
		_ = unix.Close(int(s.fd))
		s.fd = -1
	}
	s.mu.Unlock()
	s.told()
	return nil
}

// SetReadDeadline implements net.Conn. It holds to within tick.
func (s *socket) SetReadDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fd < 0 {
		return net.ErrClosed
	}
	s.late = false
	s.poller.setDeadline(s, unixNano(t))
	return nil
}

// expire follows a deadline of reading that is over, unless there is another one meanwhile.
func (s *socket) expire() {
	s.mu.Lock()
	if s.fd < 0 || !s.poller.takeDeadline(s, time.Now().UnixNano()) {
		s.mu.Unlock()
		return
	}
	s.late = true
	s.mu.Unlock()
	s.told()
}

// SetWriteDeadline implements net.Conn, for a write that is under way, too.
func (s *socket) SetWriteDeadline(t time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fd < 0 {
		return net.ErrClosed
	}
	s.writeUntil = unixNano(t)
	poke(s.drained)
	return nil
}

// SetDeadline implements net.Conn.
func (s *socket) SetDeadline(t time.Time) error {
	_ = s.SetReadDeadline(t)
	return s.SetWriteDeadline(t)
}

func unixNano(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// LocalAddr implements net.Conn. The hub noted the addresses when the client came, and nobody else asks.
func (s *socket) LocalAddr() net.Addr { return &net.TCPAddr{} }

// RemoteAddr implements net.Conn.
func (s *socket) RemoteAddr() net.Addr { return &net.TCPAddr{} }

// SyscallConn implements syscall.Conn, for the hub's writes that do not wait (chapter 04, package nowait).
func (s *socket) SyscallConn() (syscall.RawConn, error) { return (*rawSocket)(s), nil }

// rawSocket is the socket once more: the methods have other meanings.
type rawSocket socket

// Control implements syscall.RawConn.
func (r *rawSocket) Control(f func(fd uintptr)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fd < 0 {
		return net.ErrClosed
	}
	f(uintptr(r.fd))
	return nil
}

// Read implements syscall.RawConn. It does not wait, whatever f says.
func (r *rawSocket) Read(f func(fd uintptr) bool) error { return r.Control(func(fd uintptr) { f(fd) }) }

// Write implements syscall.RawConn. It does not wait, whatever f says.
func (r *rawSocket) Write(f func(fd uintptr) bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fd < 0 {
		return net.ErrClosed
	}
	f(uintptr(r.fd))
	return nil
}
