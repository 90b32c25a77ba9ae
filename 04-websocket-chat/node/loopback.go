package node

import (
	"errors"
	"net"
	"strconv"
	"sync"
	"syscall"
)

// listenLoopback opens a port for programs of this machine: at 127.0.0.1, and at ::1 where there is IPv6. A browser that
// is sent to localhost tries both, and some programs only the first that they are told, which may be either.
func listenLoopback(port int) (net.Listener, error) {
	for try := 1; ; try++ {
		four, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			return nil, err
		}
		six, err := net.Listen("tcp", net.JoinHostPort("::1", strconv.Itoa(four.Addr().(*net.TCPAddr).Port)))
		switch {
		case err == nil:
			return newBoth(four, six), nil
		case !errors.Is(err, syscall.EADDRINUSE): // no IPv6 here
			return four, nil
		}
		_ = four.Close()
		if port != 0 || try == 20 { // of any port, another may be free at both
			return nil, err
		}
	}
}

// both is two listeners as one. Its address is that of the first.
type both struct {
	net.Listener
	six      net.Listener
	accepted chan accepted // unbuffered: no connection is left in it
	closed   chan struct{}
	close    sync.Once
	reading  sync.WaitGroup
}

type accepted struct {
	conn net.Conn
	err  error
}

// newBoth starts a goroutine for each listener; Close ends them.
func newBoth(four, six net.Listener) *both {
	b := &both{Listener: four, six: six, accepted: make(chan accepted), closed: make(chan struct{})}
	for _, l := range []net.Listener{four, six} {
		b.reading.Go(func() { b.read(l) })
	}
	return b
}

func (b *both) read(l net.Listener) {
	for {
		conn, err := l.Accept()
		select {
		case b.accepted <- accepted{conn, err}: // also an error, as that no descriptor is left: the server waits, and asks again
		case <-b.closed:
			if conn != nil {
				_ = conn.Close()
			}
			return
		}
	}
}

// Accept implements net.Listener.
func (b *both) Accept() (net.Conn, error) {
	select {
	case a := <-b.accepted:
		return a.conn, a.err
	case <-b.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (b *both) Close() error {
	err := net.ErrClosed
	b.close.Do(func() {
		close(b.closed)
		err = errors.Join(b.Listener.Close(), b.six.Close())
		b.reading.Wait()
	})
	return err
}
