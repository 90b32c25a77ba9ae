//go:build !unix

package nowait

import (
	"net"
	"syscall"
)

// Raw returns nil: here every write may wait, in a goroutine of its own.
func Raw(net.Conn) syscall.RawConn { return nil }

// Writer is never used: there is nothing to write to.
type Writer struct{}

// TryWrite takes nothing.
func (*Writer) TryWrite(syscall.RawConn, []byte) (n int) { return 0 }
