package idle

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/labs/idle/crowd"
)

func TestClientsThatSayNothingHaveNoGoroutine(t *testing.T) {
	const clients = 500
	n := servePolled(t, unlimited)
	people, err := crowd.New(n.Addr)
	require.NoError(t, err)
	defer people.Close()
	before := runtime.NumGoroutine()
	require.NoError(t, people.Grow(t.Context(), clients))
	n.become(quiet, clients)
	require.True(t, chattest.WaitFor(func() bool { return runtime.NumGoroutine() < before+clients/10 }), "%d goroutines", runtime.NumGoroutine())
}

func TestWhoHasSentAPartOfAFrameIsWaitedForAndGoesOn(t *testing.T) {
	n := servePolled(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	whole := masked(frame.OpText, `{"event":"message","data":1}`)
	for _, part := range []int{1, 3, 10, len(whole) - 1} { // within its head, within its mask, within what it says
		n.become(quiet, 2)
		alice.Writes(whole[:part])
		n.become(waiting, 1)
		alice.Writes(whole[part:])
		bob.Hears(`1`)
	}
}

func TestWhoHasSentAPartOfAFrameAndVanishesIsTakenOut(t *testing.T) {
	n := servePolled(t, chat.Options{})
	alice := n.Enter("alice", "go")
	alice.Writes(masked(frame.OpText, "half")[:8])
	n.become(waiting, 1)
	alice.WS.Close()
	require.True(t, chattest.WaitFor(func() bool { return n.hub.Stats().Connections == 0 }))
}

func TestSocketsThatAreClosedLeaveThePoller(t *testing.T) {
	n := servePolled(t, unlimited)
	for range 3 { // descriptors are used again
		people, err := crowd.New(n.Addr)
		require.NoError(t, err)
		require.NoError(t, people.Grow(t.Context(), 50))
		n.become(quiet, 50)
		people.Close()
		require.True(t, chattest.WaitFor(func() bool { return n.poller.sockets() == 0 }))
	}
}
