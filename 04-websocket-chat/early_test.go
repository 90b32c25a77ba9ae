package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// impatient is a client's socket that sends more in one piece with what is written first, its request.
type impatient struct {
	net.Conn
	more  []byte
	first sync.Once
}

func (c *impatient) Write(p []byte) (int, error) {
	sent := p
	c.first.Do(func() { sent = append(append([]byte{}, p...), c.more...) })
	n, err := c.Conn.Write(sent)
	return min(n, len(p)), err
}

// hurries lets somebody in who sends that much more with the request.
func (n *served) hurries(name string, more []byte) *chattest.Person {
	n.T.Helper()
	dialer := websocket.Dialer{HandshakeTimeout: chattest.Patience, NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := n.Dial(ctx, network, addr)
		return &impatient{Conn: conn, more: more}, err
	}}
	ws, _, err := dialer.Dial("ws://"+n.Addr+"/ws?name="+name, nil)
	require.NoError(n.T, err)
	n.T.Cleanup(func() { ws.Close() })
	p := &chattest.Person{T: n.T, WS: ws}
	f := p.Any()
	require.Equal(n.T, "$welcome", f.Event, "the first that comes")
	require.NoError(n.T, json.Unmarshal(f.Data, &p.Welcome))
	return p
}

// A client need not wait for the answer to its request before it says something.
func TestFrameInOnePieceWithTheRequestIsTaken(t *testing.T) {
	message := func(text string, id int) []byte {
		return masked(frame.OpText, fmt.Sprintf(`{"event":"message","data":"%s","id":%d}`, text, id))
	}
	large := message(strings.Repeat("x", 20_000), 0)
	for name, test := range map[string]struct {
		with  []byte
		after []byte // sent when the node has answered
		heard []string
	}{
		"one frame":       {message("a", 0), nil, []string{`"a"`}},
		"two frames":      {append(message("a", 0), message("b", 1)...), nil, []string{`"a"`, `"b"`}},
		"half a frame":    {message("a", 0)[:9], message("a", 0)[9:], []string{`"a"`}},
		"one byte":        {message("a", 0)[:1], message("a", 0)[1:], []string{`"a"`}},
		"a large one":     {large, nil, []string{`"` + strings.Repeat("x", 20_000) + `"`}}, // the server has read some of it, and the rest is in the socket
		"one, and others": {message("a", 0), message("b", 1), []string{`"a"`, `"b"`}},
	} {
		t.Run(name, func(t *testing.T) {
			n := serve(t, unlimited)
			bob := n.Enter("bob", "lobby")
			alice := n.hurries("alice", test.with)
			_, err := alice.WS.NetConn().Write(test.after)
			require.NoError(t, err)
			bob.Hears(test.heard...)
			for range test.heard {
				require.Equal(t, "$ack", alice.Next().Event)
				require.Equal(t, "$placed", alice.Next().Event)
			}
			bob.Says(`{"event":"message","data":"hello"}`)
			alice.Hears(`"hello"`)
			require.NoError(t, alice.WS.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(chattest.Patience)))
			require.Equal(t, 1000, alice.Closed().Code)
		})
	}
}

// A round does not wait for such a connection either.
func TestEarlyConnectionIsWrittenToWithoutWaiting(t *testing.T) {
	n := serve(t, unlimited)
	early, other := n.hurries("alice", masked(frame.OpText, `{"event":"$ping"}`)), n.Enter("bob", "go")
	require.Equal(t, "$pong", early.Next().Event)
	require.Equal(t, n.conn(other).raw == nil, n.conn(early).raw == nil, "on the systems where it can")
}
