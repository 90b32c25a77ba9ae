package sharded_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	chat "example.com/redis-chat/04-websocket-chat"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/rediscluster"
	"example.com/redis-chat/labs/scale-out/sharded"
)

func TestEachLaneHasASlotOfItsOwn(t *testing.T) {
	s := startServers(t, rediscluster.Options{Masters: 1})
	o, _ := options(t, 1)
	lanes := map[int64]int{}
	for l := range lane.Count + 1 {
		slot, err := s.master.ClusterKeySlot(t.Context(), sharded.Channel(o, lane.Lane(l))).Result()
		require.NoError(t, err)
		require.NotContains(t, lanes, slot)
		lanes[slot] = l
	}
}

// 61 messages for a room of one shard, and 37 for one of another, come to the node that has both rooms, each by its own shard; and none to a node
// with rooms elsewhere.
func TestRoomsMessagesComeByItsShardAlone(t *testing.T) {
	c := startChats(t)
	alice, carol := c.dial(0, "alice", c.room(0, 0)), c.dial(1, "carol", c.room(0, 0))
	bob, dave := c.dial(0, "bob", c.room(1, 0)), c.dial(1, "dave", c.room(1, 0))
	erin := c.dial(0, "erin", c.room(2, 0))
	alice.say(numbered("a", 61)...)
	bob.say(numbered("b", 37)...)
	erin.say(numbered("not for node-2", 500)...)
	carol.hears(numbered("a", 61)...)
	dave.hears(numbered("b", 37)...)
	brought := map[string]int64{}
	for i, n := range c.relays[1].Brought() {
		brought[c.shards.Sets[i].Name] = n
	}
	require.Equal(t, map[string]int64{c.part(0): 61, c.part(1): 37, c.part(2): 0}, brought)
	require.Zero(t, c.missed(0))
	require.Zero(t, c.missed(1))
}

func TestWhatIsForEverybodyOrForOneConnectionComes(t *testing.T) {
	c := startChats(t)
	bob, dave := c.dial(0, "bob", c.room(1, 0)), c.dial(1, "dave", c.room(2, 0))
	emit := func(text string, rooms ...string) {
		data := json.RawMessage(fmt.Sprintf("%q", text))
		require.NoError(t, c.relays[0].Publish(chat.Event{Name: "message", Data: data, Rooms: rooms, At: time.Now()}))
	}
	emit("to all")
	dave.hears("to all")
	emit("to dave", dave.Welcome().ID)
	dave.hears("to dave")
	bob.hears("to all")
}

// The bus loses 37 messages on their way to a replica, and says nothing. The nodes there count them, and their clients read it: by the probes, which
// go the same way. Who is at another shard hears nothing of it.
func TestWhatTheBusLosesIsCountedExactly(t *testing.T) {
	c := startChats(t)
	alice, carol := c.dial(0, "alice", c.room(0, 0)), c.dial(1, "carol", c.room(0, 0))
	bob, dave := c.dial(0, "bob", c.room(1, 0)), c.dial(1, "dave", c.room(1, 0))
	alice.say("one")
	carol.hears("one")
	mend := c.cut()
	require.Contains(t, string(carol.until("$degraded").Data), fmt.Sprintf(`"part":%q`, c.part(0)))
	for part, ready := range []float64{0, 1, 1} {
		require.Equal(t, ready, c.metric(1, fmt.Sprintf("chat_part_ready{part=%q}", c.part(part))), "shard %d of the cluster", part)
	}
	alice.say(numbered("lost", 37)...)
	bob.say(numbered("comes", 61)...)
	dave.hears(numbered("comes", 61)...)
	mend()
	require.JSONEq(t, fmt.Sprintf(`{"missed":37,"part":%q}`, c.part(0)), string(carol.until("$recovered").Data))
	alice.say("after")
	carol.hears("after")
	require.EqualValues(t, 37, c.missed(1))
}

// A slot goes to another master. Its servers end the subscriptions and keep the connections. Whoever is at that shard is told that nothing is sure there.
func TestSlotThatMovesAwayIsADoubtOfItsShard(t *testing.T) {
	c := startChats(t)
	room := c.room(0, 0)
	alice, carol := c.dial(0, "alice", room), c.dial(1, "carol", room)
	alice.say("one")
	carol.hears("one")
	c.move(room)
	for node, p := range []*person{alice, carol} {
		require.Contains(t, string(p.until("$degraded").Data), fmt.Sprintf(`"part":%q`, c.part(0)))
		require.Eventually(t, func() bool { reason, _ := c.relays[node].Ready(); return strings.Contains(reason, "MOVED ") }, patience, tick)
	}
}

// Nobody hears the lane when its slot moves, so no server says so. Whoever enters a room of it is answered MOVED, and all at that shard are told.
func TestSlotThatHasMovedIsADoubtWhenSomebodyEnters(t *testing.T) {
	c := startChats(t)
	carol := c.dial(0, "carol", c.room(0, 0)) // at the master, which knows at once
	elsewhere := c.room(0, 1)
	require.NotEqual(t, lane.Of(c.room(0, 0)), lane.Of(elsewhere))
	c.move(elsewhere)
	c.comeAndGo(elsewhere)
	require.Contains(t, string(carol.until("$degraded").Data), fmt.Sprintf(`"part":%q`, c.part(0)))
	require.Eventually(t, func() bool { reason, _ := c.relays[0].Part(c.part(0)); return strings.Contains(reason, "MOVED ") }, patience, tick)
	_, ready := c.relays[0].Part(c.part(1))
	require.True(t, ready, "at another shard")
}

// comeAndGo has somebody enter a room at the first node, again and again until the test ends.
func (c *chats) comeAndGo(room string) {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			if conn, err := chatclient.Dial(ctx, c.urls[0], chatclient.DialOptions{Name: "dave", Room: room}); err == nil {
				_ = conn.Close()
			}
		}
	})
	c.t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
}

// What is heard already is heard on. Whoever enters a room of another lane is answered NOPERM, and the node says what it lacks.
func TestRightToSubscribeThatIsRevokedIsADoubtOfItsShard(t *testing.T) {
	c := startChats(t)
	carol := c.dial(0, "carol", c.room(0, 0))
	require.NoError(t, c.master.Do(t.Context(), "acl", "setuser", "default", "-ssubscribe").Err())
	c.comeAndGo(c.room(0, 1))
	require.Contains(t, string(carol.until("$degraded").Data), fmt.Sprintf(`"part":%q`, c.part(0)))
	require.Eventually(t, func() bool {
		reason, ready := c.relays[0].Part(c.part(0))
		return !ready && strings.Contains(reason, "NOPERM ") && strings.Contains(reason, "'ssubscribe'")
	}, patience, tick)
	_, ready := c.relays[0].Part(c.part(1))
	require.True(t, ready, "at another shard")
	require.NoError(t, c.master.Do(t.Context(), "acl", "setuser", "default", "+ssubscribe").Err())
	carol.until("$recovered")
}

// Of two readings one may be of before a failover.
func TestMapOfTheClusterIsReadOnce(t *testing.T) {
	s := startServers(t, rediscluster.Options{})
	o, _ := options(t, 1)
	require.NoError(t, s.master.ConfigResetStat(t.Context()).Err())
	shards, err := sharded.Find(t.Context(), s.master.Options().Addr, o)
	require.NoError(t, err)
	stats, err := s.master.Info(t.Context(), "commandstats").Result()
	require.NoError(t, err)
	require.Contains(t, stats, "cmdstat_cluster|shards:calls=1,")
	for _, another := range []string{"slots", "nodes"} {
		require.NotContains(t, stats, "cmdstat_cluster|"+another+":")
	}
	found, there := map[string][]string{}, map[string][]string{}
	for _, set := range shards.Sets {
		found[set.Master] = set.Replicas
	}
	for _, shard := range s.cluster.Shards {
		there[shard.Master.Addr()] = []string{shard.Replicas[0].Addr()}
	}
	require.Equal(t, there, found)
}

func TestWhatIsNoClusterIsRefusedInASentence(t *testing.T) {
	redistest.NeedsServer(t) // miniredis says that it has all slots
	o, _ := options(t, 1)
	_, err := sharded.Find(t.Context(), redistest.Start(t).Options().Addr, o)
	require.ErrorContains(t, err, "name a server of a Redis Cluster")
}
