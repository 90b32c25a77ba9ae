package relay_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// Two chats share a Redis, and only the key tells them apart: neither messages nor probes
// nor presence cross over.
func TestSystemsWithKeysOfTheirOwnDoNotMix(t *testing.T) {
	usual := startCluster(t, 2)
	shop := &cluster{t: t, top: usual.top, prefix: usual.prefix, o: relay.Options{Key: "chat"}} // also the beginning of chat:probe
	shop.addNode(1)
	shop.addNode(2)
	shop.introduce()
	for _, n := range usual.nodes {
		n.probe(t) // heard by whoever would take the others for its own
	}

	alice, bob := usual.dial(0, "alice", "lobby"), usual.dial(1, "bob", "lobby")
	carol, dave := shop.dial(0, "carol", "lobby"), shop.dial(1, "dave", "lobby")
	alice.sees("alice", "bob")
	carol.sees("carol", "dave")
	alice.say("to bob")
	carol.say("to dave")
	require.JSONEq(t, `"to bob"`, string(bob.next().Data)) // so it is in front of what comes now
	require.JSONEq(t, `"to dave"`, string(dave.next().Data))
	usual.publish(wire.Envelope{UID: wire.EmitterUID, Event: "usual"})
	e := wire.Envelope{UID: wire.EmitterUID, Event: "shop", Rooms: []string{"lobby"}}
	payload, err := e.Append(nil)
	require.NoError(t, err)
	shop.publishRaw("chat#/#lobby#", payload)
	for who, event := range map[*client]string{alice: "usual", bob: "usual", carol: "shop", dave: "shop"} {
		require.Equal(t, event, who.next().Event)
	}
	for _, n := range append(usual.nodes, shop.nodes...) {
		n.awaitLines(t, `msg="node came"`, 1)
		require.Equal(t, 1, strings.Count(n.log.String(), `msg="node came"`), "the other node of its own system")
		require.EqualValues(t, 0, n.metric(t, "chat_messages_malformed_total"))
	}
}

func TestKeyThatCannotBeUsedEndsTheRelay(t *testing.T) {
	addr := topologytest.Start(t, 0).Addrs()[0]
	err := runWith(t, relay.Options{PubAddr: addr, Key: "shop*"})
	require.ErrorContains(t, err, `the channels' key "shop*": want 1 to 128 bytes`)
}
