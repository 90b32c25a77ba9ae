package chat

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// served is a hub that is being served.
type served struct {
	*chattest.Node
	hub *Hub
}

// unlimited is for tests whose clients send more than people do.
var unlimited = Options{RatePerSecond: -1}

// patient is o with an hour for all that a client must do in time, where o does not say otherwise: on a slow machine
// a client that does all it should would be late. Tests of these times have a clock of their own (bubble).
func patient(o Options) Options {
	o.PingInterval = cmp.Or(o.PingInterval, time.Hour)
	o.PongTimeout = cmp.Or(o.PongTimeout, 2*time.Hour)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, time.Hour)
	o.CloseTimeout = cmp.Or(o.CloseTimeout, time.Hour)
	o.linger = cmp.Or(o.linger, time.Hour)
	return o
}

// serve serves a patient hub on loopback until the test ends.
func serve(t testing.TB, o Options) *served {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return serveOn(t, patient(o), l, new(net.Dialer).DialContext)
}

// fromHeader lets a test's client come from an address of its choice.
const fromHeader = "X-From"

// serveInMemory does it with pipes instead of sockets: they work within
// testing/synctest, and hold no byte that nobody has read.
func serveInMemory(t testing.TB, o Options) *served {
	t.Helper()
	l := chattest.NewPipes()
	return serveOn(t, o, l, l.Dial)
}

func serveOn(t testing.TB, o Options, l net.Listener, dial func(context.Context, string, string) (net.Conn, error)) *served {
	t.Helper()
	hub, err := NewHub(o)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		r.RemoteAddr = cmp.Or(r.Header.Get(fromHeader), r.RemoteAddr)
		hub.ServeHTTP(w, r)
	})
	server := &http.Server{Handler: mux}
	go server.Serve(l)
	t.Cleanup(func() {
		hub.Drain(context.Background(), 20*time.Millisecond)
		server.Close()
	})
	return &served{&chattest.Node{T: t, Addr: l.Addr().String(), Dial: dial}, hub}
}

// settled waits until the hub knows that many connections.
func (n *served) settled(connections int) {
	n.T.Helper()
	came := chattest.WaitFor(func() bool { return n.hub.Stats().Connections == connections })
	require.True(n.T, came, "%d connections, want %d", n.hub.Stats().Connections, connections)
}

func number64(n int64) *int64 { return &n }
