package chat

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
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

// Who has broken the rules and stays has no place for it any longer than that.
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
