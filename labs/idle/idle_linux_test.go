package idle

import (
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// served is a node under test, of one of the two kinds.
type served struct {
	*chattest.Node
	hub    *chat.Hub
	poller *Poller // nil: each client has a goroutine
}

// kinds are the two ways to wait for what clients send.
var kinds = map[string]func(t testing.TB, o chat.Options) *served{
	"a goroutine each": serve,
	"a poller":         servePolled,
}

func servePolled(t testing.TB, o chat.Options) *served {
	t.Helper()
	poller, err := NewPoller()
	require.NoError(t, err)
	t.Cleanup(poller.Close)
	o.Poll = poller.Poll
	n := serve(t, o)
	n.poller = poller
	return n
}

func serve(t testing.TB, o chat.Options) *served {
	t.Helper()
	hub, err := chat.NewHub(o)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: hub}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = server.Serve(l) }()
	t.Cleanup(func() {
		gone, cancel := context.WithCancel(context.Background())
		cancel() // at once: whoever is still there is cut off
		hub.Drain(gone, chattest.Patience)
		_ = server.Close()
		<-ended
		require.True(t, chattest.WaitFor(func() bool { return hub.Sockets() == 0 }))
	})
	return &served{&chattest.Node{T: t, Addr: l.Addr().String(), Dial: new(net.Dialer).DialContext}, hub, nil}
}

// become waits until so many sockets of the poller are in that state.
func (n *served) become(state int32, sockets int) {
	n.T.Helper()
	there := chattest.WaitFor(func() bool {
		n.poller.mu.Lock()
		defer n.poller.mu.Unlock()
		in := 0
		for _, slot := range n.poller.slots {
			if slot.s != nil && slot.s.state.Load() == state {
				in++
			}
		}
		return in == sockets
	})
	require.True(n.T, there, "%d sockets do not come to state %d", sockets, state)
}

// sockets is how many the poller has.
func (p *Poller) sockets() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, slot := range p.slots {
		if slot.s != nil {
			n++
		}
	}
	return n
}
