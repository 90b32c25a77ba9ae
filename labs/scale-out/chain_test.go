package scaleout_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	scaleout "example.com/redis-chat/labs/scale-out"
)

// chain is a master, a replica of it, and a replica of that.
type chain struct {
	*cluster
	servers []*launch.Process
	clients []*redis.Client
}

func startChain(t *testing.T) *chain {
	redistest.NeedsServer(t)
	c := &chain{cluster: &cluster{t: t, prefix: redistest.Prefix(t)}}
	for i := range 3 {
		var o launch.ProcessOptions
		if i > 0 {
			o.Args = launch.Following(c.servers[i-1].Addr())
		}
		o.Args = append(o.Args, "--repl-diskless-sync", "no", "--hz", "100") // or each sync takes five seconds
		p := redistest.Process(t, o)
		client := redis.NewClient(&redis.Options{Addr: p.Addr(), ReadTimeout: patience})
		t.Cleanup(func() { client.Close() })
		c.servers, c.clients = append(c.servers, p), append(c.clients, client)
	}
	require.NoError(t, replication.AwaitReplicas(t.Context(), c.servers[0].Addr(), 1))
	require.Eventually(t, func() bool {
		role, err := replication.ReadRole(t.Context(), c.clients[2])
		return err == nil && role.Link == replication.Connected
	}, patience, tick)
	return c
}

// join starts a node that subscribes at a server of the chain.
func (c *chain) join(at int) {
	i := len(c.nodes) + 1
	o, log := c.options(i)
	o.PubAddr, o.SubAddr = c.servers[0].Addr(), c.servers[at].Addr()
	n := &node{relay: scaleout.New(o)}
	n.url = serve(c.t, i, n.relay, nil, log)
	c.nodes = append(c.nodes, n)
	require.Eventually(c.t, func() bool { _, ready := n.relay.Ready(); return ready }, patience, time.Millisecond)
}

func TestReplicaOfAReplicaHasTheSameOrder(t *testing.T) {
	c := startChain(t)
	c.join(1)
	c.join(2)
	bob, carol := c.dial(0, "bob", "go"), c.dial(1, "carol", "go")
	alice, dave := c.dial(0, "alice", "go"), c.dial(1, "dave", "go")
	heard := []<-chan []string{bob.listens(), carol.listens()}
	spoken := make(chan struct{})
	go func() {
		defer close(spoken)
		alice.say(numbered("alice", 200)...)
	}()
	dave.say(numbered("dave", 200)...)
	<-spoken
	dave.say("the last")
	first := <-heard[0]
	require.Len(t, first, 400)
	require.Equal(t, first, <-heard[1])
}

// WAIT counts the replicas that the master itself feeds. Of those behind them it knows nothing.
func TestWaitCountsNoReplicaOfAReplica(t *testing.T) {
	c := startChain(t)
	published := func() int64 {
		conn := c.clients[0].Conn()
		defer conn.Close()
		require.NoError(t, conn.Publish(t.Context(), c.prefix+"x", "hi").Err())
		n, err := conn.Wait(t.Context(), 2, time.Second).Result()
		require.NoError(t, err)
		return n
	}
	require.EqualValues(t, 1, published(), "all three have it")
	require.NoError(t, c.servers[2].Freeze())
	require.EqualValues(t, 1, published(), "the last has it not")
	require.NoError(t, c.servers[2].Thaw())
	require.NoError(t, c.servers[1].Freeze())
	require.Zero(t, published())
	require.NoError(t, c.servers[1].Thaw())
}

// The replica in the middle dies, and with it the way to all behind it. It comes back knowing up to where it was, from the file of its last sync: its
// master has kept the rest for it, and it comes late.
func TestWhatIsSaidWhileTheMiddleIsAwayComesLateOrIsCounted(t *testing.T) {
	c := startChain(t)
	carol, late, missed := c.middleDies(false)
	require.Equal(t, 37, late+missed)
	require.Positive(t, late)
	carol.hears("after")
}

// It comes back without that file, and begins anew: what was said meanwhile is lost for all behind it, and counted there.
func TestDeathInTheMiddleIsCountedAtTheEnd(t *testing.T) {
	c := startChain(t)
	carol, late, missed := c.middleDies(true)
	require.Equal(t, []int{0, 37}, []int{late, missed})
	carol.hears("after")
}

// middleDies has 37 messages be said while the middle is away, and one afterwards. It returns who listens at the end, how many of them came late, and how
// many it was told that it missed.
func (c *chain) middleDies(forgets bool) (carol *person, late, missed int) {
	c.t.Helper()
	c.join(0)
	c.join(2)
	alice, carol := c.dial(0, "alice", "go"), c.dial(1, "carol", "go")
	alice.say("one")
	carol.hears("one")
	require.NoError(c.t, c.servers[1].Kill())
	carol.until("$degraded")
	alice.say(numbered("missed", 37)...)
	if forgets {
		require.NoError(c.t, os.Remove(filepath.Join(filepath.Dir(c.servers[1].LogFile()), "dump.rdb")))
	}
	require.NoError(c.t, c.servers[1].Restart(c.t.Context()))
	m := carol.next()
	for ; m.Event != "$recovered"; m = carol.next() {
		if m.Event == "message" {
			late++
		}
	}
	var told struct{ Missed int }
	require.NoError(c.t, json.Unmarshal(m.Data, &told))
	alice.say("after")
	return carol, late, told.Missed
}
