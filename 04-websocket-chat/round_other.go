//go:build !unix

package chat

import (
	"net"
	"syscall"
)

// rawConn: there are no writes that do not wait here, writer goroutines do all
// of it.
func rawConn(net.Conn) syscall.RawConn { return nil }

// attempt is never made.
type attempt struct{}

func (*attempt) write(syscall.RawConn, []byte) int { return 0 }
