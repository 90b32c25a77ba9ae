package scaleout_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/labs/scale-out/lane"
)

func TestMessageReachesItsRoomAtEveryNode(t *testing.T) {
	c := startCluster(t, 2)
	alice, bob, carol := c.dial(0, "alice", "lobby"), c.dial(0, "bob", "lobby"), c.dial(1, "carol", "lobby")
	alice.say("hi")
	bob.hears("hi")
	carol.hears("hi")
	carol.say("hello")
	alice.hears("hello")
	bob.hears("hello")
}

// The point of it all. 500 messages for lobby pass node-2 by, and one for go comes.
func TestNodeHearsTheLanesOfItsRoomsAlone(t *testing.T) {
	require.NotEqual(t, lane.Of("lobby"), lane.Of("go"))
	c := startCluster(t, 2)
	alice, bob, carol := c.dial(0, "alice", "lobby"), c.dial(0, "bob", "go"), c.dial(1, "carol", "go")
	alice.say(numbered("not for carol", 500)...)
	bob.say("for carol")
	carol.hears("for carol")
	require.EqualValues(t, 1, c.nodes[1].relay.Brought())
	require.Eventually(t, func() bool { return c.nodes[0].relay.Brought() == 501 }, patience, tick)
}

func TestRoomThatIsJoinedIsHeardFromTheAcknowledgementOn(t *testing.T) {
	c := startCluster(t, 2)
	alice, carol := c.dial(0, "alice", "lobby"), c.dial(1, "carol", "go")
	alice.say("before")
	for i := range 20 { // each time another lane
		room := fmt.Sprint("room ", i)
		carol.does("join", room)
		alice.does("join", room)
		alice.sayIn(room, room)
		carol.hears(room)
	}
}

// What a node counts is what it missed on its lanes: not what passed it by.
func TestLossIsCountedExactlyOnTheLanesThatAreHeard(t *testing.T) {
	topologytest.Faults(t)
	c := startCluster(t, 2)
	alice, bob, carol := c.dial(0, "alice", "lobby"), c.dial(0, "bob", "go"), c.dial(1, "carol", "go")
	alice.say("one for another lane")
	bob.say("one")
	carol.hears("one")

	require.NoError(t, c.top.Kill(2))
	carol.until("$degraded")
	alice.say(numbered("passes by", 61)...)
	bob.say(numbered("missed", 37)...)
	require.NoError(t, c.top.Restart(t.Context(), 2))
	require.JSONEq(t, `{"missed":37}`, string(carol.until("$recovered").Data))
	bob.say("after")
	carol.hears("after")
}

// A lane that is left and heard anew begins anew: what was said meanwhile was for nobody here.
func TestWhatIsSaidWhileNobodyHearsALaneIsNotMissed(t *testing.T) {
	c := startCluster(t, 2)
	alice, carol := c.dial(0, "alice", "lobby"), c.dial(1, "carol", "go")
	dave := c.dial(1, "dave", "lobby")
	alice.say("one")
	dave.hears("one")
	require.NoError(t, dave.Close())
	require.Eventually(t, func() bool { return c.subscribers(1, "lobby") == 0 }, patience, tick, "a second after its last client")
	alice.say(numbered("for nobody there", 37)...)
	dave = c.dial(1, "dave", "lobby")
	alice.say("two")
	dave.hears("two")
	alice.does("join", "go")
	alice.sayIn("go", "to carol")
	carol.hears("to carol")
	require.Zero(t, c.missed(1))
}

func TestClientThatComesBackSoonFindsItsLaneThere(t *testing.T) {
	c := startCluster(t, 2)
	alice, dave := c.dial(0, "alice", "lobby"), c.dial(1, "dave", "lobby")
	for range 20 {
		require.NoError(t, dave.Close())
		dave = c.dial(1, "dave", "lobby")
		alice.say("hi")
		dave.hears("hi")
	}
	require.Zero(t, c.missed(1))
}
