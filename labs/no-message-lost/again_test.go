package streams_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	relay "example.com/redis-chat/05-distributed-relay"
	streams "example.com/redis-chat/labs/no-message-lost"
)

// keyed sends a message with a key.
func (p *person) keyed(text, key string, again bool) {
	p.t.Helper()
	id := int64(77)
	require.NoError(p.t, p.Send(p.t.Context(), frame.Frame{Event: "message", Data: quoted(text), ID: &id, Key: key, Again: again}))
}

// vanish ends a connection in the moment in which a message is under way: what becomes of it the sender never hears.
func (p *person) vanish(c *cluster, text, key string) {
	p.t.Helper()
	before := c.redis(0).XLen(p.t.Context(), c.stream()).Val()
	p.keyed(text, key, false)
	require.Eventually(p.t, func() bool { return c.redis(0).XLen(p.t.Context(), c.stream()).Val() == before+1 }, patience, tick)
	require.NoError(p.t, p.Close())
}

func (p *person) isTaken() {
	p.t.Helper()
	for _, event := range []string{"$ack", "$placed"} {
		require.EqualValues(p.t, 77, *p.until(event).ID)
	}
}

// The node dies between taking a message and saying so. Its client asks the other one, which knows.
func TestMessageThatIsSentAgainIsHeardOnce(t *testing.T) {
	c := start(t)
	alice, bob, carol := c.dial(0, "alice"), c.dial(1, "bob"), c.dial(0, "carol")
	require.Equal(t, 120, alice.Welcome().Once)
	alice.say("one")
	bob.hears("one")
	carol.hears("one")
	alice.vanish(c, "two", "a key of alice's")
	c.nodes[0].stop()
	bob.hears("two")
	alice, carol = alice.back(c, 1), carol.back(c, 1)
	alice.keyed("two", "a key of alice's", true)
	alice.isTaken()
	require.EqualValues(t, 3, c.redis(0).XLen(t.Context(), c.stream()).Val(), "the node knows it, but not whether its master does, and all leave it out")
	alice.keyed("three", "another", false)
	alice.isTaken()
	bob.hears("three")
	carol.hears("two", "three")
	bob.say("end")
	alice.hears("end")
}

// The other node has not read the message yet, and cannot know whether it ever was taken. So the stream has it twice, and
// all nodes, and clients that catch up later, leave out the second one.
func TestMessageThatIsSentAgainToANodeThatIsBehindIsHeardOnce(t *testing.T) {
	c := startCluster(t, topologytest.Start(t, 2), relay.Options{}, streams.Options{})
	alice, bob, carol := c.dial(0, "alice"), c.dial(1, "bob"), c.dial(0, "carol")
	dave := c.dial(0, "dave")
	alice.say("one")
	bob.hears("one")
	carol.hears("one")
	dave.hears("one")
	require.NoError(t, dave.Close())
	dave = dave.back(c, 1) // by then a probe has come back by node 2's replica: before that nobody is seated
	require.Zero(t, dave.caughtUp().Messages)
	require.NoError(t, dave.Close())
	release := topologytest.Hold(t, c.top, 2)
	alice.vanish(c, "two", "k")
	carol.hears("two")
	alice = alice.back(c, 1)
	alice.keyed("two", "k", true)
	require.Eventually(t, func() bool { return c.redis(0).XLen(t.Context(), c.stream()).Val() == 3 }, patience, tick)
	release()
	alice.isTaken()
	carol.say("three")
	bob.hears("two", "three")
	alice.hears("three") // its own message comes late, and is its own all the same
	bob.say("four")
	carol.hears("four")
	for node := range 2 {
		last := *dave.last
		again := c.dialWith(node, chatclient.DialOptions{Name: "dave"}, &last)
		again.hears("two", "three", "four")
		require.Equal(t, 3, again.caughtUp().Messages)
	}
	fresh := c.dialWith(1, chatclient.DialOptions{Name: "new", History: 10}, new(chatclient.Last))
	fresh.hears("one", "two", "three", "four")
}

// A node that has just begun reads what it must know.
func TestMessageThatIsSentAgainToANewNodeIsHeardOnce(t *testing.T) {
	c := start(t)
	alice, carol := c.dial(0, "alice"), c.dial(0, "carol")
	alice.say("one")
	alice.vanish(c, "two", "k")
	carol.hears("one", "two")
	c.nodes[1].stop()
	c.addNode(2, relay.Options{}, streams.Options{})
	c.nodes[2].awaitReady(t)
	dave := c.dial(2, "dave")
	alice = alice.back(c, 2)
	alice.keyed("two", "k", true)
	alice.isTaken()
	alice.say("three")
	carol.hears("three")
	dave.hears("three")
	require.EqualValues(t, 4, c.redis(0).XLen(t.Context(), c.stream()).Val())
}

// What no node remembers any more is looked up in the stream.
func TestRepeatOfLongAgoIsLeftOutOfWhatWasMissed(t *testing.T) {
	c := start(t)
	alice, bob := c.dial(0, "alice"), c.dial(1, "bob")
	alice.say("one")
	bob.hears("one")
	require.NoError(t, bob.Close())
	witness := c.dial(1, "witness")
	add := func(at, field, text string) {
		require.NoError(t, c.redis(0).Do(t.Context(), "xadd", c.stream(), at, "uid", "a1b2c3", "nsp", "/", "type", "3",
			"data", `{"packet":{"type":2,"data":["message","`+text+`"],"nsp":"/"},"opts":{"rooms":[],"except":[],"flags":{}}}`, field, "k").Err())
	}
	now, err := streams.ParseID(c.redis(0).XInfoStream(t.Context(), c.stream()).Val().LastGeneratedID)
	require.NoError(t, err)
	at := func(ms uint64) string { return streams.ID{Time: now.Time + ms}.String() }
	add(at(1_000), "key", "first")
	add(at(2_000), "key", "no repeat, as it does not say so")
	add(at(121_000), "again", "repeated")
	add(at(241_001), "again", "too late to be known")
	add(at(900_000), "key", "end") // by now no node remembers them
	witness.hears("first", "no repeat, as it does not say so", "too late to be known", "end")
	bob = bob.back(c, 1)
	bob.hears("first", "no repeat, as it does not say so", "too late to be known", "end")
	require.Equal(t, 4, bob.caughtUp().Messages)
}
