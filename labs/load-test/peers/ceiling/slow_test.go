package main

import (
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// crowd is a room of three, of whom one reads nothing for now. The server's
// buffer for it is small, so that it is soon full.
func crowd(t *testing.T) (server *conn, slow, quick, alice client) {
	t.Helper()
	h := &house{rooms: map[string]*room{}}
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	addr := strings.TrimPrefix(web.URL, "http://")
	slow = dial(t, addr, "slow", "lobby")
	lobby := h.room("lobby")
	lobby.members.Lock()
	server = lobby.conns[0]
	lobby.members.Unlock()
	require.NoError(t, server.ws.NetConn().(*net.TCPConn).SetWriteBuffer(64<<10))
	return server, slow, dial(t, addr, "quick", "lobby"), dial(t, addr, "alice", "lobby")
}

var filling = strings.Repeat("x", 60_000)

func TestSlowClientDelaysNobodyAndLosesNothing(t *testing.T) {
	server, slow, quick, alice := crowd(t)
	const messages = 16 // 960 kB: more than the sockets buffer, less than limitBytes
	for i := range messages {
		alice.say(fmt.Sprint(i, filling))
		require.Equal(t, fmt.Sprint(i, filling), quick.next()["data"]) // while slow reads nothing
	}
	server.room.members.Lock() // waits until the last message has been handed to all
	server.mu.Lock()
	isSlow := server.slow
	server.mu.Unlock()
	server.room.members.Unlock()
	require.True(t, isSlow)

	for i := range messages {
		require.Equal(t, fmt.Sprint(i, filling), slow.next()["data"])
	}
	require.Eventually(t, func() bool {
		server.mu.Lock()
		defer server.mu.Unlock()
		return !server.slow
	}, long, long/100_000)
	alice.say("again") // now it is written to at once, as before
	require.Equal(t, "again", slow.next()["data"])
}

func TestClientThatIsTooSlowIsClosed(t *testing.T) {
	server, _, quick, alice := crowd(t)
	gone := func() bool {
		server.room.members.Lock()
		defer server.room.members.Unlock()
		return len(server.room.conns) == 2
	}
	for range 200 { // 12 MB
		alice.say(filling)
		quick.next()
		if gone() {
			return
		}
	}
	require.Eventually(t, gone, long, long/100_000)
}
