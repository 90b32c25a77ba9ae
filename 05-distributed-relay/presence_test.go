package relay_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
)

func probeOf(t *testing.T, pub string, seq uint64) []byte {
	b, err := msgpack.Marshal(map[string]any{"node": pub, "pub": pub, "seq": seq, "n": 1})
	require.NoError(t, err)
	return b
}

// crowd follows who is present, as a page does.
type crowd struct {
	Count                 int
	Present, Joined, Left []string
}

// sees waits until the client has been told that just these are present.
func (c *client) sees(want ...string) {
	c.t.Helper()
	for {
		var told crowd
		require.NoError(c.t, json.Unmarshal(c.until("$presence").Data, &told))
		if told.Present != nil {
			c.crowd = told.Present
		}
		c.crowd = append(c.crowd, told.Joined...)
		for _, name := range told.Left {
			at := slices.Index(c.crowd, name)
			require.GreaterOrEqual(c.t, at, 0, "%s left without having been there: %v", name, c.crowd)
			c.crowd = slices.Delete(c.crowd, at, at+1)
		}
		slices.Sort(c.crowd)
		require.Len(c.t, c.crowd, told.Count)
		if slices.Equal(c.crowd, want) {
			return
		}
	}
}

func TestPresenceIsOfAllNodes(t *testing.T) {
	t.Parallel() // it waits: a room is told once a second
	c := startCluster(t, 2)
	alice := c.dial(0, "alice", "lobby")
	alice.sees("alice")
	bob := c.dial(1, "bob", "lobby")
	alice.sees("alice", "bob")
	bob.sees("alice", "bob")
	second := c.dial(0, "bob", "lobby") // names need not be unique
	alice.sees("alice", "bob", "bob")
	bob.sees("alice", "bob", "bob")
	require.NoError(t, second.Close())
	bob.sees("alice", "bob")
	require.NoError(t, alice.Close())
	bob.sees("bob")
}

func TestLaterNodeLearnsWhoIsThere(t *testing.T) {
	t.Parallel() // it waits: a room is told once a second
	c := startCluster(t, 2)
	c.dial(0, "alice", "lobby")
	c.addNode(2)
	c.introduce()
	c.dial(2, "carol", "lobby").sees("alice", "carol")
}

func TestClientsOfADeadNodeAreForgotten(t *testing.T) {
	t.Parallel() // it waits until silence counts as an end
	c := &cluster{t: t, top: topologytest.Start(t, 2), prefix: redistest.Prefix(t)}
	c.addNode(1)
	c.o.ProbeInterval = 250 * time.Millisecond // so it may be silent for 3 s
	c.addNode(2)
	c.introduce()
	alice := c.dial(0, "alice", "lobby")
	c.dial(1, "bob", "lobby")
	alice.sees("alice", "bob")
	c.nodes[1].stop() // no goodbye: to the others it is as kill -9
	c.nodes[0].beat(t)
	alice.sees("alice")
	c.nodes[0].awaitLines(t, `msg="node gone"`, 1)
}
