package chat

import (
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// A socket that is closed with something unread ends with a reset, which may
// overtake the reason.
func TestReasonIsNotLostToAReset(t *testing.T) {
	n := serve(t, unlimited)
	for name, broken := range map[string][]byte{"1002": {frame.OpText, 2, 'h', 'i'}, "1009": announces(frame.OpText, 1<<63)} {
		t.Run(name, func(t *testing.T) {
			mallory := n.Enter("mallory", "go")
			mallory.Writes(broken, make([]byte, 100_000))
			socket := mallory.WS.NetConn().(*net.TCPConn)
			require.NoError(t, socket.CloseWrite()) // it is not waited for any longer
			_ = socket.SetReadDeadline(time.Now().Add(chattest.Patience))
			_, err := io.Copy(io.Discard, socket)
			require.NoError(t, err, "the end, and no reset")
		})
	}
	n.settled(0)
}

// A client that has broken the rules and stays keeps its place no longer than that.
func TestWhoBreaksTheProtocolAndStaysIsCutOffAfterASecond(t *testing.T) {
	for name, broken := range map[string][]byte{"1002": {frame.OpText, 2, 'h', 'i'}, "1009": announces(frame.OpText, 1<<63)} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{MaxConns: 1}, func(t *testing.T, n *served) {
				mallory := n.Enter("mallory", "go")
				for range 10 { // a writer is at work meanwhile: its end is not the socket's
					n.hub.Deliver([]Event{message(`"` + strings.Repeat("x", 60_000) + `"`)})
				}
				began := time.Now()
				mallory.Writes(broken)
				mallory.Closed()
				_, err := io.Copy(io.Discard, mallory.WS.NetConn()) // a frame that was on its way, and the end
				require.NoError(t, err)
				require.Equal(t, time.Second, time.Since(began))
				n.allGivenBack()
			})
		})
	}
}

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
