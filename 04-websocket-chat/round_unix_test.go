//go:build unix

package chat

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// Whoever delivers has written: no goroutine is left that would.
func TestRoundIsOverWhenDeliverReturns(t *testing.T) {
	n := serve(t, unlimited)
	const connections = roundPart + 1 // a round in two parts
	for i := range connections {
		n.listener(fmt.Sprintf("?room=r%d", i)) // in one room, they would be told of each other for longer than a second
	}
	n.settled(connections)
	n.quiet()
	n.hub.Deliver([]Event{message(`"now"`)})
	n.hub.mu.Lock()
	defer n.hub.mu.Unlock()
	for i, c := range n.hub.all {
		require.Zero(t, c.out.waiting(), "connection %d", i)
	}
}

// A client that reads nothing for a while: the socket takes a part of a round,
// often in the midst of a frame, and the rest must follow it, in order.
func TestWhatASocketDoesNotTakeFollowsInOrder(t *testing.T) {
	n := serve(t, Options{RatePerSecond: -1, MaxQueueBytes: 64 << 20})
	bob := n.Enter("bob", "go")
	bob.Presence()
	const size = 10_000
	var events []Event
	for i := range 1200 { // 12 MB: no socket holds that
		events = append(events, Event{Name: "message", Data: json.RawMessage(fmt.Sprintf(`"%d %s"`, i, strings.Repeat("x", size))), Rooms: []string{"go"}})
	}
	conn := n.conn(bob)
	for len(events) > 0 {
		k := min(7, len(events))
		n.hub.Deliver(events[:k])
		events = events[k:]
	}
	require.Positive(t, conn.out.waiting())
	require.NoError(t, bob.WS.SetReadDeadline(time.Now().Add(chattest.Patience)))
	require.NoError(t, readsAll(bob, 1200))
	require.True(t, chattest.WaitFor(func() bool { return conn.out.waiting() == 0 }))
	require.Zero(t, n.hub.Stats().Slow)
}

// deadlines is a listener whose connections remember the write deadline.
type deadlines struct {
	net.Listener
	last chan *deadlined
}

type deadlined struct {
	net.Conn
	mu    sync.Mutex
	write time.Time
}

func (l *deadlines) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	d := &deadlined{Conn: conn}
	l.last <- d
	return d, nil
}

func (d *deadlined) SetWriteDeadline(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.write = t
	return d.Conn.SetWriteDeadline(t)
}

// A deadline sticks to a socket. Rounds set none, so what a writer left would
// fail them all: each would start a writer, for ever.
func TestWriterLeavesNoDeadlineToRounds(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := &deadlines{inner, make(chan *deadlined, 1)}
	n := serveOn(t, patient(unlimited), l, new(net.Dialer).DialContext)
	n.Enter("bob", "go") // its welcome is a writer's
	socket := <-l.last
	require.True(t, chattest.WaitFor(func() bool {
		socket.mu.Lock()
		defer socket.mu.Unlock()
		return socket.write.IsZero()
	}))
}
