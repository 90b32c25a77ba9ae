package launch

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"syscall"
)

// ErrPortTaken is in the error of a start on a port that another program
// listens on.
var ErrPortTaken = errors.New("the port is taken")

// listen opens port on loopback; 0 means a free one.
//
// A free port is drawn below 32768. The system would choose one from a range in
// which outgoing connections get their ports, too (32768 and up on Linux, 49152
// and up elsewhere). A server that is down could then find its own address in
// use when it comes back.
func listen(port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, fmt.Errorf("port %d: want 0 (a free one) to 65535", port)
	}
	if port != 0 {
		return listenAddr(loopback(port))
	}
	var err error
	for range 100 {
		var l net.Listener
		if l, err = listenAddr(loopback(10000 + rand.IntN(22768))); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("find a free port: %w", err)
}

func listenAddr(addr string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%w: another program listens on %s; stop it or choose another port", ErrPortTaken, addr)
	}
	return l, err
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
