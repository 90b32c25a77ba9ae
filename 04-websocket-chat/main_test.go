package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what is bound to come: it ends a hang, and says nothing about speed.
const patience = 2 * time.Minute

// comes waits for a state that stays once it is there, and reports whether it came. It allocates nothing, as there
// are tests that measure what is allocated meanwhile.
func comes(done func() bool) bool {
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for began := time.Now(); !done(); <-look.C {
		if time.Since(began) > patience {
			return false
		}
	}
	return true
}

// served is a hub that is being served.
type served struct {
	t    testing.TB
	hub  *Hub
	addr string
	dial func(context.Context, string, string) (net.Conn, error)
}

// unlimited is for tests whose clients send more than people do.
var unlimited = Options{RatePerSecond: -1}

// patient is o with an hour for all that a client must do in time, where o does not say otherwise: on a slow machine
// a client that does all it should would be late. Tests of these times have a clock of their own (bubble).
func patient(o Options) Options {
	def(&o.PingInterval, time.Hour)
	def(&o.PongTimeout, 2*time.Hour)
	def(&o.WriteTimeout, time.Hour)
	def(&o.CloseTimeout, time.Hour)
	def(&o.linger, time.Hour)
	return o
}

// serve serves a patient hub on loopback until the test ends.
func serve(t testing.TB, o Options) *served {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return serveOn(t, patient(o), l, new(net.Dialer).DialContext)
}

// serveInMemory does it with pipes instead of sockets: they work within
// testing/synctest, and hold no byte that nobody has read.
func serveInMemory(t testing.TB, o Options) *served {
	t.Helper()
	l := &pipes{waiting: make(chan net.Conn), closed: make(chan struct{})}
	return serveOn(t, o, l, l.dial)
}

func serveOn(t testing.TB, o Options, l net.Listener, dial func(context.Context, string, string) (net.Conn, error)) *served {
	t.Helper()
	hub, err := NewHub(o)
	require.NoError(t, err)
	server := &http.Server{Handler: (&Server{Hub: hub}).routes()}
	go server.Serve(l)
	t.Cleanup(func() {
		hub.Drain(context.Background(), 20*time.Millisecond)
		server.Close()
	})
	return &served{t: t, hub: hub, addr: l.Addr().String(), dial: dial}
}

// connect opens a WebSocket as it is, or fails with the node's answer.
func (n *served) connect(query string, header http.Header) (*websocket.Conn, *http.Response, error) {
	dialer := websocket.Dialer{NetDialContext: n.dial, HandshakeTimeout: patience}
	return dialer.Dial("ws://"+n.addr+"/ws"+query, header)
}

// person is one client, at the level of frames.
type person struct {
	t  testing.TB
	ws *websocket.Conn
	frame.Welcome
}

// enter connects somebody by name and room, and reads "$welcome".
func (n *served) enter(name, room string) *person {
	n.t.Helper()
	q := url.Values{"name": {name}, "room": {room}}
	ws, resp, err := n.connect("?"+q.Encode(), nil)
	require.NoError(n.t, err, "%v", resp)
	n.t.Cleanup(func() { ws.Close() })
	p := &person{t: n.t, ws: ws}
	f := p.any()
	require.Equal(n.t, "$welcome", f.Event)
	require.NoError(n.t, json.Unmarshal(f.Data, &p.Welcome))
	return p
}

// says sends a text frame as it is.
func (p *person) says(text string) {
	p.t.Helper()
	require.NoError(p.t, p.ws.WriteMessage(websocket.TextMessage, []byte(text)))
}

// read is the next data frame, which must come.
func (p *person) read() (kind int, payload []byte) {
	p.t.Helper()
	require.NoError(p.t, p.ws.SetReadDeadline(time.Now().Add(patience)))
	kind, payload, err := p.ws.ReadMessage()
	require.NoError(p.t, err, "%s", p.Name)
	return kind, payload
}

// any is the next text frame.
func (p *person) any() frame.Frame {
	p.t.Helper()
	kind, payload := p.read()
	require.Equal(p.t, websocket.TextMessage, kind)
	var f frame.Frame
	require.NoError(p.t, json.Unmarshal(payload, &f), "%s", payload)
	return f
}

// next is the next text frame that is not about presence.
func (p *person) next() frame.Frame {
	p.t.Helper()
	for {
		if f := p.any(); f.Event != "$presence" {
			return f
		}
	}
}

// hears reads messages up to and including those given, which must be all
// that come before the last of them, in their order.
func (p *person) hears(data ...string) {
	p.t.Helper()
	for _, want := range data {
		f := p.next()
		require.Equal(p.t, "message", f.Event, "%s wants %s, has %s", p.Name, want, f.Data)
		require.JSONEq(p.t, want, string(f.Data), p.Name)
	}
}

// hearsNothing shows that nothing but presence has been queued so far: what
// answers the ping is queued behind it.
func (p *person) hearsNothing() {
	p.t.Helper()
	p.says(`{"event":"$ping"}`)
	require.Equal(p.t, frame.Frame{Event: "$pong"}, p.next(), p.Name)
}

// does sends a frame with an id and waits for its "$ack".
func (p *person) does(format string, args ...any) {
	p.t.Helper()
	p.says(fmt.Sprintf(format, args...))
	f := p.next()
	require.Equal(p.t, "$ack", f.Event, "%s", f.Data)
}

// presence is the next presence frame.
func (p *person) presence() (f frame.Frame, present frame.Presence) {
	p.t.Helper()
	for f.Event != "$presence" {
		f = p.any()
	}
	require.NoError(p.t, json.Unmarshal(f.Data, &present))
	return f, present
}

// closed is how the node closed the connection; what came before is read away.
func (p *person) closed() *websocket.CloseError {
	p.t.Helper()
	_ = p.ws.SetReadDeadline(time.Now().Add(patience))
	for {
		if _, _, err := p.ws.ReadMessage(); err != nil {
			var closed *websocket.CloseError
			require.ErrorAs(p.t, err, &closed, p.Name)
			return closed
		}
	}
}

// settled waits until the hub knows that many connections.
func (n *served) settled(connections int) {
	n.t.Helper()
	came := comes(func() bool { return n.hub.Stats().Connections == connections })
	require.True(n.t, came, "%d connections, want %d", n.hub.Stats().Connections, connections)
}

func number64(n int64) *int64 { return &n }
