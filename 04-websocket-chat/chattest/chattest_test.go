package chattest

import (
	"syscall"
	"testing"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPeopleSpeakToANodeInMemory(t *testing.T) {
	nodes := Network{}
	nodes.Serve(t, "n1", ScriptedNode(func(conn *websocket.Conn) {
		kind, payload, err := conn.ReadMessage()
		if err == nil && conn.WriteMessage(kind, payload) == nil {
			_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1001, "enough"))
		}
	}))
	n := &Node{T: t, Addr: "n1", Dial: nodes.Dial}
	alice := n.Enter("alice", "go")
	require.Equal(t, frame.Welcome{ID: "c1", Name: "alice", Room: "go", Node: "n1"}, alice.Welcome)
	alice.Says(`{"event":"message","data":1}`)
	alice.Hears(`1`)
	require.Equal(t, &websocket.CloseError{Code: 1001, Text: "enough"}, alice.Closed())

	_, err := nodes.Dial(t.Context(), "tcp", "n2:80")
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}
