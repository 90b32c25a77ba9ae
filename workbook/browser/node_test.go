package browser

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/origin"
	"example.com/redis-chat/04-websocket-chat/page"
	"github.com/stretchr/testify/require"
)

// node is a chat node that can go away and come back at the same address.
type node struct {
	t       *testing.T
	addr    string
	peers   []string
	options chat.Options
	frames  []string // origins whose pages may show this node's
	hub     *chat.Hub
	server  *http.Server
	served  chan struct{} // closed when the server has let go of the port
	freeze  sync.RWMutex  // locked: connections stay, and nothing gets through
	door    full          // of its WebSockets; open unless a test shuts it
	origin  atomic.Value  // a string: what a proxy makes of the Origin header; nothing: what the browser says
}

func start(t *testing.T, o chat.Options, peers ...string) *node {
	t.Helper()
	n := &node{t: t, addr: "127.0.0.1:0", peers: peers, options: o}
	n.start()
	t.Cleanup(n.stop)
	return n
}

func (n *node) start() {
	n.t.Helper()
	l, err := net.Listen("tcp", n.addr)
	require.NoError(n.t, err)
	n.addr = l.Addr().String()
	n.options.PingInterval, n.options.PongTimeout, n.options.WriteTimeout, n.options.CloseTimeout = time.Hour, 2*time.Hour, time.Hour, time.Hour
	for _, peer := range n.peers {
		if own, err := origin.Canonical(peer); err == nil { // a hostile one is for the page alone
			n.options.AllowedOrigins = append(n.options.AllowedOrigins, own)
		}
	}
	n.hub, err = chat.NewHub(n.options)
	require.NoError(n.t, err)
	mux := http.NewServeMux()
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		if n.door.refuses(w, r) {
			return
		}
		if said, ok := n.origin.Load().(string); ok {
			r.Header.Set("Origin", said)
		}
		n.hub.ServeHTTP(w, r)
	})
	mux.Handle("/", page.Handler(page.Options{Node: n.options.Node, Peers: n.peers, Frames: n.frames}))
	n.server, n.served = &http.Server{Handler: mux}, make(chan struct{})
	go func(server *http.Server, served chan struct{}) {
		defer close(served)
		_ = server.Serve(freezing{l, n})
	}(n.server, n.served)
}

// stop closes the listener before the clients are told, as they would come straight back.
func (n *node) stop() {
	n.server.Close()
	<-n.served
	n.hub.Drain(context.Background(), time.Second)
}

// freezing is a listener whose connections stop when their node is frozen, as those of a stopped process do.
type freezing struct {
	net.Listener
	node *node
}

func (f freezing) Accept() (net.Conn, error) {
	c, err := f.Listener.Accept()
	return frozen{c, f.node}, err
}

type frozen struct {
	net.Conn
	node *node
}

func (f frozen) Read(b []byte) (int, error) {
	n, err := f.Conn.Read(b)
	f.node.freeze.RLock()
	defer f.node.freeze.RUnlock()
	return n, err
}

func (f frozen) Write(b []byte) (int, error) {
	f.node.freeze.RLock()
	defer f.node.freeze.RUnlock()
	return f.Conn.Write(b)
}

func (n *node) url(name string) string {
	return "http://" + n.addr + "/?name=" + url.QueryEscape(name)
}
