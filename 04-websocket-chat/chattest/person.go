package chattest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
)

// Person is one client, at the level of frames: each method is a step of a test, which fails when it cannot be done.
type Person struct {
	T             testing.TB
	WS            *websocket.Conn // where the test needs more than the methods
	frame.Welcome                 // as the node said it
}

// Enter connects somebody by name and room, and reads "$welcome". The connection ends with the test.
func (n *Node) Enter(name, room string) *Person {
	n.T.Helper()
	q := url.Values{"name": {name}, "room": {room}}
	ws, resp, err := n.Connect("?"+q.Encode(), nil)
	require.NoError(n.T, err, "%v", resp)
	n.T.Cleanup(func() { ws.Close() })
	p := &Person{T: n.T, WS: ws}
	f := p.Any()
	require.Equal(n.T, "$welcome", f.Event)
	require.NoError(n.T, json.Unmarshal(f.Data, &p.Welcome))
	return p
}

// Says sends a text frame as it is.
func (p *Person) Says(text string) {
	p.T.Helper()
	require.NoError(p.T, p.WS.WriteMessage(websocket.TextMessage, []byte(text)))
}

// Read returns the next data frame, which must come.
func (p *Person) Read() (kind int, payload []byte) {
	p.T.Helper()
	require.NoError(p.T, p.WS.SetReadDeadline(time.Now().Add(Patience)))
	kind, payload, err := p.WS.ReadMessage()
	require.NoError(p.T, err, "%s", p.Name)
	return kind, payload
}

// Any returns the next text frame.
func (p *Person) Any() frame.Frame {
	p.T.Helper()
	kind, payload := p.Read()
	require.Equal(p.T, websocket.TextMessage, kind)
	var f frame.Frame
	require.NoError(p.T, json.Unmarshal(payload, &f), "%s", payload)
	return f
}

// Next returns the next text frame that is not about presence.
func (p *Person) Next() frame.Frame {
	p.T.Helper()
	for {
		if f := p.Any(); f.Event != "$presence" {
			return f
		}
	}
}

// Hears reads messages up to and including those given, which must be all
// that come before the last of them, in their order.
func (p *Person) Hears(data ...string) {
	p.T.Helper()
	for _, want := range data {
		f := p.Next()
		require.Equal(p.T, "message", f.Event, "%s wants %s, has %s", p.Name, want, f.Data)
		require.JSONEq(p.T, want, string(f.Data), p.Name)
	}
}

// HearsNothing shows that nothing but presence has been queued so far: the answer
// to the ping is queued behind it.
func (p *Person) HearsNothing() {
	p.T.Helper()
	p.Says(`{"event":"$ping"}`)
	require.Equal(p.T, frame.Frame{Event: "$pong"}, p.Next(), p.Name)
}

// Does sends a frame with an id and waits for its "$ack".
func (p *Person) Does(format string, args ...any) {
	p.T.Helper()
	p.Says(fmt.Sprintf(format, args...))
	f := p.Next()
	require.Equal(p.T, "$ack", f.Event, "%s", f.Data)
}

// Presence returns the next presence frame, and its data.
func (p *Person) Presence() (f frame.Frame, present frame.Presence) {
	p.T.Helper()
	for f.Event != "$presence" {
		f = p.Any()
	}
	require.NoError(p.T, json.Unmarshal(f.Data, &present))
	return f, present
}

// Closed returns how the node closed the connection; it reads and drops all that came before.
func (p *Person) Closed() *websocket.CloseError {
	p.T.Helper()
	_ = p.WS.SetReadDeadline(time.Now().Add(Patience))
	for {
		if _, _, err := p.WS.ReadMessage(); err != nil {
			var closed *websocket.CloseError
			require.ErrorAs(p.T, err, &closed, p.Name)
			return closed
		}
	}
}

// Writes sends bytes past the WebSocket library, whatever they are.
func (p *Person) Writes(frames ...[]byte) {
	p.T.Helper()
	_, err := p.WS.NetConn().Write(bytes.Join(frames, nil))
	require.NoError(p.T, err)
}
