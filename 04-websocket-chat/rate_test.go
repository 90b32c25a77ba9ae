package chat

import (
	"fmt"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestFramesAboveTheRateAreDroppedAndAnswered(t *testing.T) {
	bubble(t, Options{RatePerSecond: 10, RateBurst: 5}, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		settle()
		for i := range 7 {
			alice.Says(fmt.Sprintf(`{"event":"message","id":%d}`, i))
		}
		for i := range 5 {
			require.Equal(t, frame.Frame{Event: "$ack", ID: number64(int64(i))}, alice.Next())
			require.Equal(t, frame.Frame{Event: "$placed", ID: number64(int64(i))}, alice.Next())
		}
		for i := range 2 {
			f := alice.Next()
			require.Equal(t, "$error", f.Event)
			require.JSONEq(t, `{"code":"rate_limited","text":"dropped: more than 10 messages a second; wait a moment"}`, string(f.Data))
			require.Equal(t, int64(5+i), *f.ID, "the sender knows which")
		}
		time.Sleep(100 * time.Millisecond) // room for one
		alice.Does(`{"event":"message","id":8}`)
		require.Equal(t, "$placed", alice.Next().Event)
		require.NoError(t, alice.WS.WriteMessage(websocket.BinaryMessage, []byte{1}))
		f := alice.Next()
		require.Contains(t, string(f.Data), "rate_limited", "binary frames count")
		require.Nil(t, f.ID)
		alice.Says(`not even JSON`)
		require.Contains(t, string(alice.Next().Data), "rate_limited", "bad ones do")
		require.EqualValues(t, 4, n.hub.Stats().RateLimited)
		require.EqualValues(t, 6, n.hub.Stats().Received)
	})
}

func TestWhoGoesOnForASecondIsClosedWith1008(t *testing.T) {
	bubble(t, Options{RatePerSecond: 10, RateBurst: 1}, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		flood := func(d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
				// An error: closed in the midst of it.
				_ = alice.WS.WriteMessage(websocket.TextMessage, []byte(`{"event":"message"}`))
			}
		}
		frames := make(chan string, 1000)
		closed := make(chan error, 1)
		go func() {
			_ = alice.WS.SetReadDeadline(time.Time{})
			for {
				_, text, err := alice.WS.ReadMessage()
				if err != nil {
					closed <- err
					return
				}
				frames <- string(text)
			}
		}()
		flood(900 * time.Millisecond)
		time.Sleep(1100 * time.Millisecond) // a pause: the count begins anew
		flood(900 * time.Millisecond)
		require.Empty(t, closed)
		require.NotEmpty(t, frames)
		flood(200 * time.Millisecond)
		require.Equal(t, &websocket.CloseError{Code: 1008, Text: frame.CloseFlood.Text}, <-closed)
	})
}

func TestNoLimitIsNoLimit(t *testing.T) {
	n := serve(t, Options{RatePerSecond: -1})
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	for i := range 1000 {
		alice.Says(fmt.Sprintf(`{"event":"message","data":%d}`, i))
	}
	for i := range 1000 {
		bob.Hears(fmt.Sprint(i))
	}
}
