package relay_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	relay "example.com/redis-chat/05-distributed-relay"
)

// startDurable is a node at the first of two replicas, which acknowledges what so many have.
func startDurable(t *testing.T, replicas int) (*cluster, *client) {
	c := &cluster{t: t, top: topologytest.Server(t, 2), prefix: redistest.Prefix(t)}
	c.o = relay.Options{Durable: replicas, ProbeInterval: 100 * time.Millisecond, PublishTimeout: time.Second}
	c.addNode(1)
	c.nodes[0].awaitReady(t)
	return c, c.dial(0, "alice", "lobby")
}

func TestMessageIsAcknowledgedWhenSoManyReplicasHaveIt(t *testing.T) {
	for _, replicas := range []int{1, 2} {
		_, alice := startDurable(t, replicas)
		alice.send(message("hi", 7))
		require.EqualValues(t, 7, *alice.until("$ack").ID)
	}
}

// It has come back from the node's own replica, and that is one.
func TestTooFewReplicasAreToldToTheSender(t *testing.T) {
	c, alice := startDurable(t, 2)
	require.NoError(t, c.top.Freeze(2))
	alice.send(message("hi", 7))
	for {
		m := alice.any()
		require.NotEqual(t, "$ack", m.Event, "one of the two is frozen")
		if m.Event == "$error" {
			require.Contains(t, string(m.Data), "too few replicas said in time that they have")
			break
		}
	}
	require.NoError(t, c.top.Thaw(2))
	require.Eventually(t, func() bool {
		alice.send(message("again", 8))
		for {
			if m := alice.any(); m.ID != nil && *m.ID == 8 && m.Event != "$placed" {
				return m.Event == "$ack"
			}
		}
	}, patience, 10*time.Millisecond)
}

func TestOneReplicaIsEnoughWhereOneIsAskedFor(t *testing.T) {
	c, alice := startDurable(t, 1)
	require.NoError(t, c.top.Freeze(2))
	alice.send(message("hi", 7))
	require.EqualValues(t, 7, *alice.until("$ack").ID)
	require.NoError(t, c.top.Thaw(2))
}
