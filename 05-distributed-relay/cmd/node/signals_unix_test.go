//go:build unix

package main

import (
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
)

func TestSIGTERMLetsClientsGoInPeace(t *testing.T) {
	t.Parallel() // it waits for the client that leaves last
	const grace, queued = 8 * time.Second, 50
	server := redistest.Start(t).Options().Addr
	n := start(t, append(at(server, server), "GRACE="+grace.String(), "RATE_PER_SECOND=0")...).awaitReady()
	clients := []*client{n.dial("alice", "lobby"), n.dial("bob", "lobby")}
	// Nobody has read any of these when the node is told to end, but the last is placed.
	for id := range int64(queued) {
		clients[0].send(fmt.Sprint(id), id)
	}
	for id := int64(-1); id < queued-1; {
		id = *clients[0].until("$placed").ID
	}
	told := time.Now()
	require.NoError(t, n.Process.Signal(syscall.SIGTERM))
	for i, c := range clients {
		texts, end := c.rest()
		require.True(t, websocket.IsCloseError(end, websocket.CloseGoingAway), "%v", end)
		if i > 0 { // a sender does not hear itself
			require.Len(t, texts, queued, "what was queued arrives first")
			require.Equal(t, "49", texts[queued-1])
		}
	}
	// Of the grace period 100 ms are for requests, and of the rest 0.8 for the two.
	require.GreaterOrEqual(t, time.Since(told), 2*(grace-100*time.Millisecond)/5, "they do not leave at once")
	require.NoError(t, n.awaitEnd(), "exit 0")
	require.NotContains(t, n.log.String(), "level=ERROR")
}

func TestNodeThatIsGoingAwayTakesNobodyIn(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	n := start(t, append(at(server, server), "GRACE=1h")...).awaitReady()
	clients := []*client{n.dial("alice", "lobby"), n.dial("bob", "lobby")}
	require.NoError(t, n.Process.Signal(syscall.SIGTERM))
	_, end := clients[0].rest() // the other one stays for 24 minutes
	require.True(t, websocket.IsCloseError(end, websocket.CloseGoingAway), "%v", end)
	status, reason := n.readyz()
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, reason, "going away")
	status, _ = fetch(t, n.url+"/healthz")
	require.Equal(t, http.StatusOK, status)
	_, err := chatclient.Dial(t.Context(), n.url, chatclient.DialOptions{})
	require.ErrorContains(t, err, "going away", "no new clients")
}

func TestNodeWithoutClientsEndsAtOnce(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		n := start(t, append(at(server, server), "GRACE=1h")...).awaitReady()
		require.NoError(t, n.Process.Signal(signal))
		require.NoError(t, n.awaitEnd(), "exit 0")
	}
}

func TestSecondSignalEndsTheProgramAtOnce(t *testing.T) {
	server := redistest.Start(t).Options().Addr
	n := start(t, append(at(server, server), "GRACE=1h")...).awaitReady()
	alice := n.dial("alice", "lobby")
	n.dial("bob", "lobby")
	require.NoError(t, n.Process.Signal(syscall.SIGTERM))
	_, err := alice.rest()
	require.True(t, websocket.IsCloseError(err, websocket.CloseGoingAway), "%v", err)
	// bob would be let go in 24 minutes.
	require.Eventually(t, func() bool {
		_ = n.Process.Signal(syscall.SIGTERM)
		select {
		case <-n.ended:
			return true
		default:
			return false
		}
	}, patience, 10*time.Millisecond)
	require.Error(t, n.exit, "not a clean end")
}

// A Redis that is away does not keep the node from ending.
func TestSIGTERMWhileRedisIsAway(t *testing.T) {
	n := start(t, "PUB_PORT=1", "GRACE=1h")
	require.NoError(t, n.Process.Signal(syscall.SIGTERM))
	require.NoError(t, n.awaitEnd(), "exit 0")
}
