package streams_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/04-websocket-chat/frame"
	relay "example.com/redis-chat/05-distributed-relay"
	streams "example.com/redis-chat/labs/no-message-lost"
)

// A replica that was away for longer than its master remembers gets a copy of all keys. Then messages and probes are there at
// once, and whoever waits for both gets one of the streams first: the probes, it may be.
func TestReplicaThatIsCopiedAnewBringsAllThatItMissed(t *testing.T) {
	c := startCluster(t, topologytest.Server(t, 2), attentive, streams.Options{})
	alice, bob := c.dial(0, "alice"), c.dial(1, "bob")
	require.NoError(t, c.redis(0).ConfigSet(t.Context(), "repl-backlog-size", "16384").Err())
	for round := range 5 {
		require.NoError(t, c.top.Cut(2))
		texts := numbered(strings.Repeat("x", 1000), 100*round, 100*round+50)
		alice.say(texts...)
		require.NoError(t, c.top.Mend(t.Context(), 2))
		bob.hears(texts...)
	}
	require.Zero(t, c.nodes[1].metric(t, "chat_messages_missed_total"), "no probe went ahead of them")
}

func TestNodeTellsHowManyWereTrimmedWhileItWasAway(t *testing.T) {
	topologytest.Faults(t)
	c := startCluster(t, topologytest.Start(t, 2), attentive, streams.Options{})
	alice, bob := c.dial(0, "alice"), c.dial(1, "bob")
	alice.say("one")
	bob.hears("one")
	require.NoError(t, c.top.Cut(2))
	bob.until("$degraded")
	alice.say(numbered("lost", 1, 7)...)
	alice.say("kept")
	require.NoError(t, c.redis(0).XTrimMaxLen(t.Context(), c.stream(), 1).Err())
	require.NoError(t, c.top.Mend(t.Context(), 2))
	var seen []string
	for {
		switch m := bob.next(); m.Event {
		case "message":
			seen = append(seen, string(m.Data))
		case "$recovered":
			// A partial resynchronization brings each entry before it is trimmed; a copy does not.
			require.JSONEq(t, map[bool]string{true: `{"missed":0}`, false: `{"missed":7}`}[len(seen) == 8], string(m.Data))
			require.Equal(t, `"kept"`, seen[len(seen)-1])
			return
		}
	}
}

// With DURABLE a sender hears "$ack" when so many replicas have the message, and else the truth.
func TestMessageIsAcknowledgedWhenReplicasHaveIt(t *testing.T) {
	o := attentive
	o.Durable = 2
	c := startCluster(t, topologytest.Server(t, 2), o, streams.Options{})
	alice := c.dial(0, "alice")
	alice.say("one")
	require.NoError(t, c.top.Freeze(2))
	id := int64(7)
	require.NoError(t, alice.Send(t.Context(), frame.Frame{Event: "message", Data: quoted("two"), ID: &id}))
	var answer string
	for answer == "" {
		switch m := alice.next(); m.Event {
		case "$ack":
			require.Fail(t, "acknowledged, and a replica is frozen")
		case "$error":
			answer = string(m.Data)
		}
	}
	require.Contains(t, answer, "too few replicas")
	require.Contains(t, answer, `"unavailable"`)
	require.NoError(t, c.top.Thaw(2))
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		return c.redis(0).Do(ctx, "wait", 2, 500).Val() == int64(2)
	}, patience, tick)
	for _, n := range c.nodes {
		n.awaitReady(t)
	}
	alice.say("three")
}

func TestWhatIsNoMessageIsCountedAndNotDelivered(t *testing.T) {
	c := start(t)
	bob := c.dial(1, "bob")
	add := func(fields ...string) {
		require.NoError(t, c.redis(0).XAdd(t.Context(), &redis.XAddArgs{Stream: c.stream(), Values: fields}).Err())
	}
	add("something", "else")
	add("uid", "a1b2c3d4e5f60718", "nsp", "/", "type", "4", "data", `{"opts":{"rooms":[],"except":[],"flags":{}},"rooms":["x"]}`)
	add("uid", "a1b2c3d4e5f60718", "nsp", "/admin", "type", "3", "data", `{"packet":{"type":2,"data":["message","other"],"nsp":"/admin"},"opts":{"rooms":[],"except":[],"flags":{}}}`)
	add("uid", "a1b2c3d4e5f60718", "nsp", "/", "type", "3", "data", `{"packet":`)
	add("uid", "a1b2c3d4e5f60718", "nsp", "/", "type", "3", "data", `!`)
	add("uid", "a1b2c3d4e5f60718", "nsp", "/", "type", "3", "data", `{"packet":{"type":2,"data":["message","from Node.js"],"nsp":"/"},"opts":{"rooms":[],"except":[],"flags":{}}}`)
	bob.hears("from Node.js")
	require.Equal(t, 5.0, c.nodes[1].metric(t, "chat_messages_malformed_total"))
}

// Of relay.Options the length is not one: what is kept is this lab's.
func TestStreamKeepsSoManyMessagesAndSomeMore(t *testing.T) {
	c := startCluster(t, topologytest.Start(t, 2), relay.Options{}, streams.Options{Length: 100})
	alice := c.dial(0, "alice")
	for i := range 20 { // no more at once than are kept: the nodes have to read them
		alice.say(numbered("message", 50*i, 50*i+49)...)
	}
	n := c.redis(0).XLen(t.Context(), c.stream()).Val()
	require.GreaterOrEqual(t, n, int64(100))
	require.Less(t, n, int64(300))
}

// Also while nobody says anything: the probes bring the master's time.
func TestStreamForgetsWhatIsOlderThanItsAge(t *testing.T) {
	c := startCluster(t, topologytest.Start(t, 2), relay.Options{}, streams.Options{Age: time.Second})
	alice := c.dial(0, "alice")
	for _, text := range numbered("old", 1, 8) {
		require.NoError(t, alice.Send(t.Context(), message(text)))
	}
	require.Eventually(t, func() bool {
		return c.nodes[0].metric(t, "chat_stream_aged_total")+c.nodes[1].metric(t, "chat_stream_aged_total") == 8
	}, patience, tick)
	for i := range 3 {
		require.Eventually(t, func() bool { return c.redis(i).XLen(t.Context(), c.stream()).Val() == 0 }, patience, tick)
	}
}

// There is nothing to read, and nobody says anything by which a node would learn that. A probe tells it.
func TestClientIsToldThatAllIsGoneThoughNobodySpeaks(t *testing.T) {
	c := start(t)
	alice, bob, witness := c.dial(0, "alice"), c.dial(1, "bob"), c.dial(1, "witness")
	alice.say("one")
	bob.hears("one")
	require.NoError(t, bob.Close())
	alice.say("two")
	witness.hears("one", "two")
	require.NoError(t, c.redis(0).FlushAll(t.Context()).Err())
	for node := range 2 {
		require.Nil(t, bob.back(c, node).caughtUp().Gone, "nobody knows how many")
	}
	alice.say("three")
	witness.hears("three")
}
