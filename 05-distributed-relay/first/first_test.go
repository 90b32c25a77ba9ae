package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"testing"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/04-websocket-chat/chattest"
)

func TestMain(m *testing.M) {
	logging.Disable()         // go-redis prints each failed dial
	log.SetOutput(io.Discard) // and the node each failed PUBLISH
	redistest.Main(m)
}

// serve serves a node until the test ends. It returns when the node's subscription is confirmed: by a message, which
// nobody hears, as nobody is there.
func serve(t *testing.T, pubAddr, subAddr string) *chattest.Node {
	t.Helper()
	n := newNode(pubAddr, subAddr)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); n.deliver(ctx) }()
	server := httptest.NewServer(n)
	t.Cleanup(func() {
		cancel()
		server.CloseClientConnections()
		server.Close()
		<-ended
		n.publish.Close()
		n.subscribe.Close()
	})
	require.True(t, chattest.WaitFor(func() bool {
		subscribers, err := n.subscribe.PubSubNumSub(t.Context(), channel).Result()
		return err == nil && subscribers[channel] > 0
	}))
	return &chattest.Node{T: t, Addr: server.Listener.Addr().String(), Dial: new(net.Dialer).DialContext}
}

func TestTwoNodesAreOneChat(t *testing.T) {
	addrs := topologytest.Start(t, 2).Addrs()
	a, b := serve(t, addrs[0], addrs[1]), serve(t, addrs[0], addrs[2])
	alice, carol, bob, dave := a.Enter("alice", "go"), a.Enter("carol", "go"), b.Enter("bob", "go"), b.Enter("dave", "rust")
	alice.Says(`{"event":"message","data":1,"from":"bob"}`)
	f := bob.Next()
	require.Equal(t, "alice", f.From)
	carol.Hears("1")
	bob.Says(`{"event":"message","data":2}`)
	carol.Hears("2")
	alice.Hears("2") // and not her own before it
	eve := a.Enter("eve", "rust")
	eve.Says(`{"event":"message","data":3}`)
	dave.Hears("3") // and nothing of the other room
}

func TestOneOrderForAll(t *testing.T) {
	const each = 50
	addrs := topologytest.Start(t, 2).Addrs()
	a, b := serve(t, addrs[0], addrs[1]), serve(t, addrs[0], addrs[2])
	alice, bob := a.Enter("alice", "go"), b.Enter("bob", "go")
	carol, dave := a.Enter("carol", "go"), b.Enter("dave", "go")
	for _, p := range []*chattest.Person{alice, bob} {
		go func() {
			for range each {
				_ = p.WS.WriteMessage(1, []byte(`{"event":"message","data":"`+p.Name+`"}`))
			}
		}()
	}
	for range 2 * each {
		require.Equal(t, carol.Next(), dave.Next())
	}
}
