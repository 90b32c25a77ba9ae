//go:build unix

package nowait

import (
	"net"
	"syscall"
)

// Raw returns what a Writer writes to, and nil where a write may have to wait: a
// TLS connection has state of its own, and a pipe in memory no file descriptor.
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
// tells it. A socket that another goroutine writes to at the time is waited for.
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
