package chat

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
)

func serveParts(t *testing.T) (n *served, a, b *Part) {
	n = serve(t, unlimited)
	belongs := func(to string) func(string) bool {
		return func(room string) bool { return strings.HasPrefix(room, to) }
	}
	return n, n.hub.Part("set-a", belongs("a")), n.hub.Part("set-b", belongs("b"))
}

func TestDoubtAboutAPartIsToldInItsRoomsAlone(t *testing.T) {
	n, a, b := serveParts(t)
	alice, bob := n.Enter("alice", "a1"), n.Enter("bob", "b1")
	b.Degrade("quiet")
	b.Degrade("still quiet")
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"quiet","part":"set-b"}`)}, bob.Next())
	carol := n.Enter("carol", "b2") // comes in the midst of it
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"still quiet","part":"set-b"}`)}, carol.Next())
	a.Recover(number64(5)) // nobody was told
	b.Recover(number64(37))
	b.Recover(number64(38)) // is no news
	for _, p := range []*chattest.Person{bob, carol} {
		require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{"missed":37,"part":"set-b"}`)}, p.Next())
		p.HearsNothing()
	}
	alice.HearsNothing()
	dave := n.Enter("dave", "b1")
	b.Correct(40)
	require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{"missed":40,"part":"set-b"}`)}, bob.Next())
	dave.HearsNothing()
}

func TestWhoeverJoinsARoomInDoubtIsToldOnceAndOfItsEndToo(t *testing.T) {
	n, _, b := serveParts(t)
	alice := n.Enter("alice", "a1")
	b.Delay("late", 1200*time.Millisecond)
	alice.Does(`{"event":"join","data":"b1","id":1}`)
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"late","part":"set-b","delay":1200}`)}, alice.Next())
	alice.Does(`{"event":"join","data":"b2","id":2}`)
	alice.Does(`{"event":"leave","data":"b1","id":3}`)
	alice.Does(`{"event":"leave","data":"b2","id":4}`)
	b.Recover(nil)
	require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{"part":"set-b"}`)}, alice.Next())
	require.NoError(t, alice.WS.Close())
	n.settled(0)
	require.Empty(t, b.after, "whoever is gone is forgotten")
}

func TestRoomThatComesToAPartInDoubtIsToldOfIt(t *testing.T) {
	n := serve(t, unlimited)
	var came atomic.Bool
	b := n.hub.Part("set-b", func(room string) bool { return room == "b" || came.Load() })
	alice, bob := n.Enter("alice", "a"), n.Enter("bob", "b")
	b.Came() // without a doubt
	b.Degrade("quiet")
	doubt := frame.Frame{Event: "$degraded", Data: []byte(`{"text":"quiet","part":"set-b"}`)}
	require.Equal(t, doubt, bob.Next())
	alice.HearsNothing()
	came.Store(true)
	b.Came()
	require.Equal(t, doubt, alice.Next())
	b.Came()
	alice.HearsNothing()
	bob.HearsNothing()
}
