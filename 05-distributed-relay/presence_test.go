package relay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/04-websocket-chat/frame"
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
		if slices.Sort(want); slices.Equal(c.crowd, want) {
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

// gather lets so many clients into the first node, each in rooms of its own with names as
// long as they may be, 190 bytes a room and client. It returns the rooms of the first, of one in the
// middle, and of the last.
func (c *cluster) gather(clients, rooms int) (some []string) {
	c.t.Helper()
	var group sync.WaitGroup
	for i := range clients {
		one := c.dial(0, crowdName(i), crowdRoom(i, 0))
		for j := 1; j < rooms; j++ {
			one.send(frame.Frame{Event: "join", Data: fmt.Appendf(nil, "%q", crowdRoom(i, j)), ID: new(int64(j))})
		}
		group.Go(func() {
			for m := one.any(); m.Event != "$ack" || *m.ID != int64(rooms-1); m = one.any() {
			}
		})
		if i == 0 || i == clients/2 || i == clients-1 {
			some = append(some, crowdRoom(i, rooms-1))
		}
		if i%16 == 15 || i == clients-1 {
			group.Wait() // what is not read fills its queue
		}
	}
	return some
}

func crowdName(i int) string    { return strings.Repeat("𠮷", 28) + fmt.Sprintf("%04d", i) }
func crowdRoom(i, j int) string { return fmt.Sprintf("%032d%032d", i, j) }

// A list of 4.5 MB, which a server may not take in one piece: it arrives all the same, also at
// a node that starts late, and no message of anybody fails for it.
func TestLargeListArrivesAndNobodysMessageFails(t *testing.T) {
	t.Parallel()  // it waits: lists have pauses
	clients := 80 // 1.5 MB; 240 were tried, too, with the limit that the docs recommend, 4mb
	if testing.Short() {
		clients = 24 // 0.5 MB are eight parts
	}
	topologytest.Faults(t) // what is set at a server stays so
	c := startCluster(t, 2)
	if c.isReal() {
		for i := range c.top.Addrs() {
			require.NoError(t, c.redis(i).ConfigSet(t.Context(), "proto-max-bulk-len", "1mb").Err())
		}
	}
	rooms := c.gather(clients, 100)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	c.addNode(2)
	c.introduce()
	said := int64(0)
	hush := again(t, func(context.Context) {
		said++
		alice.sayAndPlace("still here", said)
		bob.hears("still here")
	})
	for at, room := range rooms {
		who := crowdName([]int{0, clients / 2, clients - 1}[at])
		c.dial(1, "carol", room).sees(who, "carol")
		c.dial(2, "dave", room).sees(who, "carol", "dave")
	}
	hush()
	require.NotZero(t, said)
	require.Zero(t, c.nodes[0].metric(t, "chat_publish_failed_total"))
	for _, n := range c.nodes {
		require.NotContains(t, n.log.String(), "level=WARN")
	}
	require.Equal(t, 1, strings.Count(c.nodes[0].log.String(), "msg=subscribed"))
}
