package browser

import (
	"context"
	"net"
	"testing"
	"time"

	"example.com/redis-chat/01-redis-basics/certtest"
	"example.com/redis-chat/01-redis-basics/keypair"
	chat "example.com/redis-chat/04-websocket-chat"
	chatnode "example.com/redis-chat/04-websocket-chat/node"
	"example.com/redis-chat/04-websocket-chat/page"
	"github.com/stretchr/testify/require"
)

// secured is a node that speaks TLS, until stop.
func secured(t *testing.T, name string, peers ...string) (base string, stop func()) {
	t.Helper()
	cert := certtest.NewAuthority(t).Issue(time.Hour, "127.0.0.1")
	pair, err := keypair.Load("TLS", cert.CertFile, cert.KeyFile)
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	hub, err := chat.NewHub(chat.Options{Node: name, AllowedOrigins: []string{"*"}})
	require.NoError(t, err)
	server := &chatnode.Server{Hub: hub, TLS: pair, Page: page.Handler(page.Options{Node: name, Peers: peers}), Grace: time.Second}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Run(ctx, l)
	}()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	return "https://" + l.Addr().String(), stop
}

// A browser asks for the page with HTTP/2 first, and opens a connection of its own for the WebSocket.
func TestPageOfANodeWithTLSTalksByTLS(t *testing.T) {
	t.Parallel()
	peer, _ := secured(t, "n2")
	own, stop := secured(t, "n1", peer)
	b := open(t, own+"/?name=alice&room=go", 800, 600)
	b.shows("status", "Connected to n1")
	b.evaluate(`performance.getEntriesByType("navigation")[0].nextHopProtocol === "http/1.1"`)
	stop()
	b.shows("status", "Connected to n2")
}
