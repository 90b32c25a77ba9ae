package chat

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestSilentClientIsGoneAfterPongTimeout(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *served) {
		mute := n.Enter("mute", "go")
		mute.WS.SetPingHandler(func(string) error { return nil }) // a client that hangs reads, but says nothing
		watched(mute)
		watched(n.Enter("alice", "go")) // answers pings
		time.Sleep(59 * time.Second)
		synctest.Wait()
		require.Equal(t, 2, n.hub.Stats().Connections)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Equal(t, 1, n.hub.Stats().Connections)
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Equal(t, 1, n.hub.Stats().Connections, "a client that answers pings may be silent for ever")
	})
}

func TestPingsComeEveryInterval(t *testing.T) {
	bubble(t, Options{PingInterval: 10 * time.Second}, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		pings := 0
		answer := alice.WS.PingHandler()
		alice.WS.SetPingHandler(func(payload string) error { pings++; return answer(payload) })
		watched(alice)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		require.Equal(t, 6, pings)
	})
}

func TestClientsPingIsAnsweredWithItsPayload(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.Enter("alice", "go")
	var pong string
	alice.WS.SetPongHandler(func(payload string) error { pong = payload; return nil })
	payload := strings.Repeat("p", 125)
	require.NoError(t, alice.WS.WriteControl(websocket.PingMessage, []byte(payload), time.Now().Add(chattest.Patience)))
	alice.HearsNothing()
	require.Equal(t, payload, pong)
}

// Twenty clients who sent nothing but pings took the node's two cores, and
// messages 100 ms instead of one.
func TestWhoFloodsWithPingsOrPongsIsClosedWith1008(t *testing.T) {
	for name, kind := range map[string]int{"pings": websocket.PingMessage, "pongs": websocket.PongMessage} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{RatePerSecond: 10, RateBurst: 5}, func(t *testing.T, n *served) {
				alice := n.Enter("alice", "go")
				pongs, told, closed := 0, 0, make(chan error, 1)
				alice.WS.SetPongHandler(func(string) error { pongs++; return nil })
				go func() {
					_ = alice.WS.SetReadDeadline(time.Time{})
					for {
						_, text, err := alice.WS.ReadMessage()
						if err != nil {
							closed <- err
							return
						}
						if bytes.Contains(text, []byte("rate_limited")) {
							told++
						}
					}
				}()
				for range 150 { // three seconds of fifty
					_ = alice.WS.WriteControl(kind, nil, time.Now().Add(time.Second)) // fails once it is closed
					time.Sleep(20 * time.Millisecond)
				}
				require.True(t, websocket.IsCloseError(<-closed, websocket.ClosePolicyViolation))
				require.LessOrEqual(t, pongs, 25)
				require.Equal(t, 1, told, "an answer to each would be twenty times what it sends")
			})
		})
	}
}

// A closed client has CloseTimeout to answer. A client that floods instead must not keep
// a core busy for so long.
func TestWhatComesAfterTheCloseIsReadSlowly(t *testing.T) {
	for name, kind := range map[string]int{"messages": websocket.TextMessage, "pings": websocket.PingMessage, "pongs": websocket.PongMessage} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{RatePerSecond: 10, RateBurst: 5, CloseTimeout: 5 * time.Second}, func(t *testing.T, n *served) {
				alice := n.Enter("alice", "go")
				settle()
				go func() { _, _ = io.Copy(io.Discard, alice.WS.NetConn()) }()
				conn := n.conn(alice)
				conn.close(frame.CloseFlood)
				began, frames := time.Now(), 0
				synctest.Wait()
				conn.alive() // as a pong's goroutine does that comes late
				for ; frames < 1_000_000; frames++ {
					_ = alice.WS.SetWriteDeadline(time.Now().Add(time.Minute))
					if alice.WS.WriteMessage(kind, []byte("x")) != nil {
						break
					}
				}
				require.LessOrEqual(t, time.Since(began), 6*time.Second, "cut off after CloseTimeout")
				require.LessOrEqual(t, frames, 10_000)
			})
		})
	}
}

func TestClientThatOnlyAnswersPingsStays(t *testing.T) {
	bubble(t, Options{RatePerSecond: 1, RateBurst: 1}, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		closed := make(chan error, 1)
		go func() {
			_ = alice.WS.SetReadDeadline(time.Time{})
			for {
				if _, _, err := alice.WS.ReadMessage(); err != nil { // answers pings
					closed <- err
					return
				}
			}
		}()
		time.Sleep(time.Hour)
		require.Equal(t, 1, n.hub.Stats().Connections)
		require.Zero(t, n.hub.Stats().RateLimited)
		alice.WS.Close()
		require.Error(t, <-closed)
	})
}
