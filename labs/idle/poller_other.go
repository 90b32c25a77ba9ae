//go:build !linux

package idle

import (
	"errors"
	"net"

	chat "example.com/redis-chat/04-websocket-chat"
)

// Poller is there on Linux alone.
type Poller struct{}

// NewPoller says so.
func NewPoller() (*Poller, error) { return nil, ErrNeedsLinux }

// Poll takes nothing over.
func (*Poller) Poll(net.Conn) chat.Polled { return nil }

// Close does nothing.
func (*Poller) Close() {}

// ErrNeedsLinux is what this lab says elsewhere.
var ErrNeedsLinux = errors.New("this lab needs Linux: its poller is made of epoll")
