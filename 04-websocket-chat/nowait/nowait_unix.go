//go:build unix

package nowait

import (
	"net"
	"syscall"
)

// Raw returns the socket in the form that a Writer writes to. It is nil where a write
// may have to wait: a TLS connection has state of its own, and a pipe in memory has no
// file descriptor.
func Raw(socket net.Conn) syscall.RawConn {
	if s, ok := socket.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}

// Writer writes without waiting, to one socket after the other. The zero value
// works. It is kept and used again, as a closure for each write would be allocated.
// One goroutine at a time may use it.
type Writer struct {
	data []byte
	n    int
	do   func(fd uintptr) (done bool)
}

// TryWrite returns how many bytes of data the socket has taken, from 0 to all of
// them. An error counts as 0: the next write, which may wait, meets it again and
// returns it. TryWrite waits only while another goroutine writes to the same socket.
func (w *Writer) TryWrite(to syscall.RawConn, data []byte) (n int) {
	if w.do == nil {
		w.do = func(fd uintptr) bool {
			w.n, _ = syscall.Write(int(fd), w.data)
			return true // also of EAGAIN: not to wait is the point
		}
	}
	w.data, w.n = data, 0
	_ = to.Write(w.do)
	w.data = nil
	return max(w.n, 0) // -1 is an error
}
