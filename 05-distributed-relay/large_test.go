package relay_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

const large = 64 << 20 // bytes

// heap is what lives, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// isReal says that the cluster's servers are processes of this test.
func (c *cluster) isReal() bool {
	return c.redis(0).ConfigGet(c.t.Context(), "client-output-buffer-limit").Err() == nil
}

// publishLarge publishes a message of 64 MB between two small ones of the same
// publisher, and returns when the node has the second.
func (c *cluster) publishLarge(listener *client) {
	c.t.Helper()
	somebody := func(event string, seq uint64, args ...any) {
		e := wire.Envelope{UID: "other1", Event: event, Args: args, Pub: "somebody", Seq: seq}
		payload, err := e.Append(nil)
		require.NoError(c.t, err)
		c.publishRaw("socket.io#/#", payload)
	}
	somebody("first", 1)
	listener.until("first")
	somebody("large", 2, make([]byte, large))
	// The listener is cut off, or has read it: then the next one comes.
	require.Eventually(c.t, func() bool {
		for _, n := range c.nodes {
			if strings.Count(n.log.String(), "msg=subscribed") < 2 && n.metric(c.t, "chat_messages_oversize_total") == 0 {
				return false
			}
		}
		return true
	}, patience, 10*time.Millisecond)
	for _, n := range c.nodes {
		n.awaitReady(c.t)
	}
	somebody("next", 3)
	listener.until("next")
}

// Nobody among the clients is disconnected, the conversation goes on, and the
// memory goes back.
func (c *cluster) goesOnAsBefore(alice, bob *client, before uint64) {
	c.t.Helper()
	for i := range 20 {
		alice.sayAndPlace(fmt.Sprint(i), int64(i))
		require.JSONEq(c.t, fmt.Sprintf(`"%d"`, i), string(bob.until("message").Data))
	}
	for _, n := range c.nodes {
		require.EqualValues(c.t, 1, n.metric(c.t, "chat_connections"))
		require.Zero(c.t, n.metric(c.t, "chat_messages_malformed_total"))
	}
	require.Eventually(c.t, func() bool { return heap() < before+large/4 }, patience, 50*time.Millisecond, "its memory goes back")
}

// What comes through Redis is neither decoded nor delivered; its number is read,
// so that it is counted once.
func TestMessageOf64MBIsDroppedAndCounted(t *testing.T) {
	if testing.Short() {
		t.Skip("long: it runs once, in the run on real servers (leave -short away)")
	}
	topologytest.Faults(t)  // what is set at a server stays so
	c := startCluster(t, 2) // calm: on embedded servers nothing else moves for seconds
	if c.isReal() {
		for i := range c.top.Addrs() {
			require.NoError(t, c.redis(i).ConfigSet(t.Context(), "client-output-buffer-limit", "pubsub 256mb 0 0").Err())
		}
	}
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	before := heap()
	c.publishLarge(bob)
	c.goesOnAsBefore(alice, bob, before)
	for _, n := range c.nodes {
		require.EqualValues(t, 1, n.metric(t, "chat_messages_oversize_total"))
		require.Zero(t, n.metric(t, "chat_messages_missed_total"))
		require.Contains(t, n.log.String(), "dropped a message that no queue can hold")
	}
}

// By default Redis cuts off a subscriber for whom more than 32 MB wait, and such a
// message is more. The node notices, and counts it as missed.
func TestMessageOf64MBIsMoreThanRedisKeepsForASubscriber(t *testing.T) {
	redistest.NeedsServer(t)
	c := startCluster(t, 2)
	c.beat()
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	before := heap()
	c.publishLarge(bob)
	c.goesOnAsBefore(alice, bob, before)
	for _, n := range c.nodes {
		require.Zero(t, n.metric(t, "chat_messages_oversize_total"))
		require.EqualValues(t, 1, n.metric(t, "chat_messages_missed_total"))
		require.Equal(t, 2, strings.Count(n.log.String(), "msg=subscribed"), "calm, it is never cut off but by Redis")
	}
}

// The remedy: the server takes no such message.
func TestServerThatTakesNoLargeMessages(t *testing.T) {
	addr := redistest.Process(t, launch.ProcessOptions{Args: []string{"--proto-max-bulk-len", "4mb"}}).Addr()
	n := startNode(t, relay.Options{PubAddr: addr})
	n.awaitReady(t)
	alice, bob := dial(t, n.url, "alice", "lobby"), dial(t, n.url, "bob", "lobby")
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, ReadTimeout: patience, WriteTimeout: patience})
	defer client.Close()
	require.Error(t, client.Publish(t.Context(), "socket.io#/#", make([]byte, 4<<20+1)).Err())
	alice.say("hi")
	require.JSONEq(t, `"hi"`, string(bob.next().Data))
	require.Equal(t, 1, strings.Count(n.log.String(), "msg=subscribed"), "nobody was cut off")
	require.Zero(t, n.metric(t, "chat_messages_malformed_total"))
}
