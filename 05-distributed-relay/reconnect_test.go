package relay_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	relay "example.com/redis-chat/05-distributed-relay"
)

func TestMasterThatBecameAReplicaIsGivenNothingMore(t *testing.T) {
	redistest.NeedsServer(t)
	c := startClusterWith(t, 1, relay.Options{ProbeInterval: 250 * time.Millisecond}) // it is silence that tells the node
	alice, bob, n := c.dial(0, "alice", "lobby"), c.dial(0, "bob", "lobby"), c.nodes[0]
	master := c.redis(0)
	// The connection on which the node publishes stays, and PUBLISH is answered.
	require.NoError(t, master.Do(t.Context(), "REPLICAOF", "127.0.0.1", "1").Err())
	require.Eventually(t, func() bool {
		reason, ready := n.relay.Ready()
		return !ready && strings.Contains(reason, "this is a replica; publish to its master")
	}, patience, 10*time.Millisecond, "the reason says what happened")
	alice.send(message("lost", 1))
	require.Contains(t, string(alice.until("$error").Data), `"unavailable"`)

	require.NoError(t, master.Do(t.Context(), "REPLICAOF", "NO", "ONE").Err())
	untilDelivered(t, alice, bob, "after")
	n.awaitReady(t)
}

// How often its master is dialled meanwhile, TestMasterThatFailsIsNotStormed says.
func TestEachSenderIsToldWhileTheMasterFails(t *testing.T) {
	const messages = 200
	failing := redistest.Listen(t, func(net.Conn) {}) // takes a connection, and drops it
	sub := redistest.Start(t).Options().Addr
	n := startNode(t, relay.Options{PubAddr: failing, SubAddr: sub, Prefix: redistest.Prefix(t)})
	alice := dial(t, n.url, "alice", "lobby")
	for id := range int64(messages) {
		alice.send(message("lost", id))
		alice.untilRefused(id)
	}
}
