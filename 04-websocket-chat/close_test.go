package chat

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestClientsCloseIsAnsweredWithItsCode(t *testing.T) {
	n := serve(t, unlimited)
	for _, code := range []int{1000, 1001, 4000, websocket.CloseNoStatusReceived} {
		alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
		bob.does(`{"event":"message","data":"before","id":1}`)
		require.Equal(t, "$placed", bob.next().Event)
		bye := websocket.FormatCloseMessage(code, "bye")
		require.NoError(t, alice.ws.WriteControl(websocket.CloseMessage, bye, time.Now().Add(patience)))
		alice.hears(`"before"`)
		require.Equal(t, code, alice.closed().Code)
		n.settled(1)
		bob.ws.Close()
		n.settled(0)
	}
}

func TestClientThatVanishesIsTakenOut(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	alice.ws.NetConn().Close()
	n.settled(1)
	bob.says(`{"event":"message","data":1}`)
	bob.hearsNothing()
}

func TestWhoDoesNotAnswerTheCloseLosesItsSocket(t *testing.T) {
	bubble(t, Options{CloseTimeout: 5 * time.Second, RatePerSecond: -1}, func(t *testing.T, n *served) {
		alice := n.enter("alice", "go")
		alice.ws.SetCloseHandler(func(int, string) error { return nil })
		conn := n.conn(alice)
		alice.says("\xff")
		require.Equal(t, 1007, alice.closed().Code)
		time.Sleep(4 * time.Second)
		alice.says(`{"event":"message","data":"goes on"}`) // pushes nothing
		synctest.Wait()
		require.False(t, conn.out.hasEnded())
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.True(t, conn.out.hasEnded())
	})
}

func TestSilentClientIsGoneAfterPongTimeout(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *served) {
		mute := n.enter("mute", "go")
		mute.ws.SetPingHandler(func(string) error { return nil }) // a client that hangs reads, but says nothing
		watched(mute)
		watched(n.enter("alice", "go")) // answers pings
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
		alice := n.enter("alice", "go")
		pings := 0
		answer := alice.ws.PingHandler()
		alice.ws.SetPingHandler(func(payload string) error { pings++; return answer(payload) })
		watched(alice)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		require.Equal(t, 6, pings)
	})
}

func TestClientsPingIsAnsweredWithItsPayload(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.enter("alice", "go")
	var pong string
	alice.ws.SetPongHandler(func(payload string) error { pong = payload; return nil })
	payload := strings.Repeat("p", 125)
	require.NoError(t, alice.ws.WriteControl(websocket.PingMessage, []byte(payload), time.Now().Add(patience)))
	alice.hearsNothing()
	require.Equal(t, payload, pong)
}
