package chat

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestClientsCloseIsAnsweredWithItsCode(t *testing.T) {
	n := serve(t, unlimited)
	for _, code := range []int{1000, 1001, 4000, websocket.CloseNoStatusReceived} {
		alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
		bob.Does(`{"event":"message","data":"before","id":1}`)
		require.Equal(t, "$placed", bob.Next().Event)
		bye := websocket.FormatCloseMessage(code, "bye")
		require.NoError(t, alice.WS.WriteControl(websocket.CloseMessage, bye, time.Now().Add(chattest.Patience)))
		alice.Hears(`"before"`)
		require.Equal(t, code, alice.Closed().Code)
		n.settled(1)
		bob.WS.Close()
		n.settled(0)
	}
}

func TestClientThatVanishesIsTakenOut(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	alice.WS.NetConn().Close()
	n.settled(1)
	bob.Says(`{"event":"message","data":1}`)
	bob.HearsNothing()
}

func TestWhoDoesNotAnswerTheCloseLosesItsSocket(t *testing.T) {
	bubble(t, Options{CloseTimeout: 5 * time.Second, RatePerSecond: -1}, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		alice.WS.SetCloseHandler(func(int, string) error { return nil })
		conn := n.conn(alice)
		alice.Says("\xff")
		require.Equal(t, 1007, alice.Closed().Code)
		time.Sleep(4 * time.Second)
		alice.Says(`{"event":"message","data":"goes on"}`) // pushes nothing
		synctest.Wait()
		require.False(t, conn.out.hasEnded())
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.True(t, conn.out.hasEnded())
	})
}

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
		require.Equal(t, 1, n.hub.Stats().Connections, "who answers pings may be silent for ever")
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
