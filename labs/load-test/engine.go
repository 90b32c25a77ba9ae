package loadtest

import (
	"net"
	"time"
)

// socket is a connection as a client writes to it.
type socket interface {
	write(b []byte) error // all of it, or an error
	close()
}

// shutSocket is one that was closed.
type shutSocket struct{}

func (shutSocket) write([]byte) error { return net.ErrClosed }
func (shutSocket) close()             {}

// epoch is when the lab's clock began. One clock stamps and reads all messages.
var epoch = time.Now()

// now is the lab's time in nanoseconds.
func now() int64 { return int64(time.Since(epoch)) }
