package node

import (
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// Each of these clients would hold a goroutine of the server for ever.
func TestWhoHangsInARequestIsCutOff(t *testing.T) {
	for name, hang := range map[string]string{
		"a header that never ends":       "GET / HTTP/1.1\r\nHost: x\r\nX: ",
		"a body that never comes":        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc",
		"an answer that is never read":   "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"a connection that says nothing": "",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n, _, _ := running(t, &Server{Page: says("the page")})
				conn, err := n.Dial(t.Context(), "", "")
				require.NoError(t, err)
				defer conn.Close()
				_, err = io.WriteString(conn, hang)
				require.NoError(t, err)
				time.Sleep(time.Minute) // a pipe holds nothing: the server's writes hang until they are read
				_ = conn.SetDeadline(time.Now().Add(time.Second))
				rest, err := io.ReadAll(conn)
				require.NoError(t, err, "still open after a minute; so far %q", rest)
			})
		})
	}
}

// To send something now and then does not help.
func TestHeaderThatComesByteByByteIsCutOffAfter5Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, _, _ := running(t, &Server{})
		conn, err := n.Dial(t.Context(), "", "")
		require.NoError(t, err)
		defer conn.Close()
		began := time.Now()
		request := fmt.Sprintf(chattest.Handshake, "?name=alice", "x")
		for i := 0; err == nil && i < len(request); i++ {
			if _, err = io.WriteString(conn, request[i:i+1]); err == nil {
				time.Sleep(100 * time.Millisecond)
			}
		}
		require.Error(t, err, "all of it was taken")
		require.InDelta(t, 5, time.Since(began).Seconds(), 0.2)
	})
}

// The limits on a request end with it: a WebSocket stays.
func TestWebSocketOutlivesTheLimitsOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, _, _ := running(t, &Server{})
		alice := n.Enter("alice", "go")
		require.NoError(t, alice.WS.SetReadDeadline(time.Time{}))
		heard := make(chan error, 1)
		go func() {
			for {
				_, payload, err := alice.WS.ReadMessage() // answers pings
				if err != nil || string(payload) == `{"event":"$pong"}` {
					heard <- err
					return
				}
			}
		}()
		time.Sleep(10 * time.Minute)
		alice.Says(`{"event":"$ping"}`)
		require.NoError(t, <-heard)
		alice.WS.Close()
		synctest.Wait()
	})
}
