package main

import (
	"net"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/04-websocket-chat/chattest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve serves the chat on loopback until the test ends.
func serve(t *testing.T) *chattest.Node {
	server := httptest.NewServer(newHub())
	t.Cleanup(server.Close)
	return &chattest.Node{T: t, Addr: server.Listener.Addr().String(), Dial: new(net.Dialer).DialContext}
}

func TestEverybodyInTheRoomHearsIt(t *testing.T) {
	n := serve(t)
	alice, bob, carol := n.Enter("alice", "go"), n.Enter("bob", "go"), n.Enter("carol", "rust")
	alice.Says(`{"event":"message","data":"hi"}`)
	bob.Hears(`"hi"`)
	bob.Says(`{"event":"message","data":"hello"}`)
	alice.Hears(`"hello"`) // and not her own before it
	dave := n.Enter("dave", "rust")
	carol.Says(`{"event":"message","data":1}`)
	dave.Hears("1")
	erin := n.Enter("erin", "rust")
	carol.Says(`{"event":"message","data":2}`)
	f := erin.Next()
	require.Equal(t, "carol", f.From)
	require.Equal(t, "rust", f.Room)
	require.JSONEq(t, "2", string(f.Data), "nothing of the other room, and nothing of what was said before")
}

func TestSenderIsStampedByTheServer(t *testing.T) {
	n := serve(t)
	mallory, bob := n.Enter("mallory", "go"), n.Enter("bob", "go")
	mallory.Says(`{"event":"message","data":"hi","from":"alice"}`)
	require.Equal(t, "mallory", bob.Next().From)
}

func TestWhatIsNoJSONIsPassedOver(t *testing.T) {
	n := serve(t)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	alice.Says("hi")
	alice.Says(`{"event":"message","data":"hi"}`)
	bob.Hears(`"hi"`)
}
