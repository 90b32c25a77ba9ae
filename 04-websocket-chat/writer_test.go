package chat

import (
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// counting is a listener whose connections count their writes.
type counting struct {
	net.Listener
	mu    sync.Mutex
	conns map[string]*countedConn // by the client's address
}

type countedConn struct {
	net.Conn
	writes atomic.Int64
}

func (l *counting) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &countedConn{Conn: conn}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns[conn.RemoteAddr().String()] = c
	return c, nil
}

func (c *countedConn) Write(p []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(p)
}

func TestBurstLeavesInOneWrite(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := &counting{Listener: inner, conns: map[string]*countedConn{}}
	n := serveOn(t, patient(unlimited), l, new(net.Dialer).DialContext)
	var people []*chattest.Person
	var sockets []*countedConn
	for i := range 5 {
		p := n.Enter(fmt.Sprint("p", i), "go")
		people = append(people, p)
		l.mu.Lock()
		sockets = append(sockets, l.conns[p.WS.LocalAddr().String()])
		l.mu.Unlock()
	}
	for want := range people { // so that no presence frame comes between
		for count := 0; count < len(people); {
			_, present := people[want].Presence()
			count = present.Count
		}
	}
	n.quiet()
	for name, burst := range map[string][]Event{
		"one":                {message(`0`, "go")},
		"a room's":           {message(`0`, "go"), message(`1`, "go"), message(`2`, "go")},
		"of several targets": {message(`0`, "go"), message(`1`), message(`2`, "go", "rust"), message(`3`, "go")},
	} {
		t.Run(name, func(t *testing.T) {
			var before []int64
			for _, s := range sockets {
				before = append(before, s.writes.Load())
			}
			n.hub.Deliver(burst)
			for i, p := range people {
				for m := range burst {
					p.Hears(fmt.Sprint(m))
				}
				require.EqualValues(t, 1, sockets[i].writes.Load()-before[i], "one write, however many frames")
			}
		})
	}
}

// quiet waits until no connection has a writer, and no presence frame is due
// that would start one.
func (n *served) quiet() {
	n.T.Helper()
	require.True(n.T, chattest.WaitFor(func() bool {
		n.hub.mu.Lock()
		defer n.hub.mu.Unlock()
		for _, r := range n.hub.rooms {
			if r.timer != nil {
				return false
			}
		}
		for _, c := range n.hub.all {
			c.out.mu.Lock()
			busy := c.out.writing || c.out.bytes > 0
			c.out.mu.Unlock()
			if busy {
				return false
			}
		}
		return true
	}), "a writer goes on without anything to write")
}

func TestIdleConnectionCostsOneGoroutine(t *testing.T) {
	const connections = 100
	n := serve(t, unlimited)
	before := runtime.NumGoroutine()
	var people []*chattest.Person
	for i := range connections {
		people = append(people, n.Enter(fmt.Sprint("p", i), fmt.Sprint("room", i)))
	}
	idle := func() bool { return runtime.NumGoroutine() <= before+connections }
	require.True(t, chattest.WaitFor(idle), "handlers and writers have returned")
	n.hub.Deliver([]Event{message(`1`)})
	for _, p := range people {
		p.Hears(`1`)
	}
	n.quiet()
	require.True(t, chattest.WaitFor(idle), "and again after a message")
}

func TestLargeMessagesAndSmallOnesKeepTheirOrder(t *testing.T) {
	n := serve(t, Options{RatePerSecond: -1, MaxQueueBytes: 16 << 20})
	alice := n.Enter("alice", "go")
	var want []int
	for i := range 60 { // around the size of one write: 64 KiB
		size := []int{1, 200, 20_000, 65_000, 65_300, 65_536, 200_000}[i%7]
		want = append(want, size)
		n.hub.Deliver([]Event{{Name: "binary", Binary: make([]byte, size)}})
	}
	for _, size := range want {
		for {
			if kind, payload := alice.Read(); kind == 2 {
				require.Len(t, payload, size)
				break
			}
		}
	}
}
