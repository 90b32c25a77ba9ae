//go:build unix

package chat

import (
	"net"
	"syscall"
)

// rawConn is for writes that do not wait; nil where a socket has none, as TLS,
// which has state of its own.
func rawConn(socket net.Conn) syscall.RawConn {
	if s, ok := socket.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			return raw
		}
	}
	return nil
}

// attempt is one write that does not wait. It is kept with a batch, as a
// closure for each write would be allocated.
type attempt struct {
	data []byte
	n    int
	do   func(fd uintptr) (done bool)
}

// write returns how much of data the socket has taken. What is wrong with it
// learns who writes next and may wait.
func (a *attempt) write(to syscall.RawConn, data []byte) int {
	if a.do == nil {
		a.do = func(fd uintptr) bool {
			a.n, _ = syscall.Write(int(fd), a.data)
			return true // also of EAGAIN: not to wait is the point
		}
	}
	a.data, a.n = data, 0
	_ = to.Write(a.do)
	a.data = nil
	return max(a.n, 0) // -1 is an error
}
