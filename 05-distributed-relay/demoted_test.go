package relay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topologytest"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// receipts are what a sender was told of its messages.
type receipts struct {
	mu      sync.Mutex
	acked   map[int64]bool
	placed  map[int64]bool
	refused map[int64]bool // unavailable
}

// collect notes what a client is told from now on.
func (c *client) collect() *receipts {
	r := &receipts{acked: map[int64]bool{}, placed: map[int64]bool{}, refused: map[int64]bool{}}
	go func() {
		for {
			m, err := c.Receive(c.t.Context())
			if err != nil {
				return
			}
			if m.ID != nil {
				r.mu.Lock()
				switch m.Event {
				case "$ack":
					r.acked[*m.ID] = true
				case "$placed":
					r.placed[*m.ID] = true
				case "$error": // unavailable: there is no other reason here
					r.refused[*m.ID] = true
				}
				r.mu.Unlock()
			}
		}
	}()
	return r
}

// of returns what the sender was told of the messages from one number to another.
func (r *receipts) of(from, to int64) (acked, placed, refused int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := from; id <= to; id++ {
		for n, told := range map[*int]bool{&acked: r.acked[id], &placed: r.placed[id], &refused: r.refused[id]} {
			if told {
				*n++
			}
		}
	}
	return acked, placed, refused
}

// role is what a server of the cluster is now.
func (c *cluster) role(i int) replication.Role {
	role, err := replication.ReadRole(c.t.Context(), c.redis(i))
	require.NoError(c.t, err)
	return role
}

// do sends a server a command in which the addresses of others are two words.
func (c *cluster) do(server int, command string, other ...int) {
	c.t.Helper()
	var words []any
	for word := range strings.FieldsSeq(command) {
		words = append(words, word)
	}
	for _, i := range other {
		host, port, _ := net.SplitHostPort(c.top.Addrs()[i])
		words = append(words, host, port)
	}
	require.NoError(c.t, c.redis(server).Do(c.t.Context(), words...).Err(), command)
}

// Ways in which server 0 is made a replica of server 1.
var demotions = map[string]func(c *cluster){
	"FAILOVER TO": func(c *cluster) { c.do(0, "FAILOVER TO", 1) },
	"REPLICAOF": func(c *cluster) {
		c.do(1, "REPLICAOF NO ONE")
		c.do(0, "REPLICAOF", 1)
	},
}

// lively is for a node that probes as in life, and whose messages are refused soon.
var lively = relay.Options{ProbeInterval: 250 * time.Millisecond, PublishTimeout: time.Second}

// startDemotable is a master with two replicas, a node that subscribes at server
// sub, and one that subscribes at server 2.
func startDemotable(t *testing.T, sub int) *cluster {
	c := &cluster{t: t, top: topologytest.Server(t, 2), prefix: redistest.Prefix(t), o: lively}
	c.addNode(sub)
	c.addNode(2)
	c.introduce()
	return c
}

// With one server for all, the node's own probe comes back from a server that
// nobody else hears.
func TestServerThatIsNoMasterAnyMoreAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	for name, demote := range demotions {
		for where, sub := range map[string]int{"one server": 0, "a replica of one's own": 1} {
			t.Run(name+", "+where, func(t *testing.T) {
				const messages = 50
				c := startDemotable(t, sub)
				n := c.nodes[0]
				alice, bob := c.dial(0, "alice", "lobby"), c.dial(0, "bob", "lobby")
				alice.sayAndPlace("before", 1)
				demote(c)
				require.Eventually(t, func() bool { return c.role(0).Name == replication.Replica }, patience, time.Millisecond)

				told := alice.collect()
				for id := int64(2); id < 2+messages; id++ {
					alice.send(message("after", id))
				}
				var acked, placed, refused int
				require.Eventually(t, func() bool {
					acked, placed, refused = told.of(2, 1+messages)
					return acked+refused == messages
				}, patience, time.Millisecond)
				require.Equal(t, []int{0, 0, messages}, []int{acked, placed, refused}, "acknowledged, placed, refused")
				// A probe that the failover held first says that time ran out.
				require.Eventually(t, func() bool {
					reason, ready := n.relay.Ready()
					return !ready && strings.Contains(reason, "this is a replica; publish to its master")
				}, patience, time.Millisecond)
				bob.until("$degraded")

				c.do(0, "REPLICAOF NO ONE")
				c.do(1, "REPLICAOF", 0)
				n.awaitReady(t)
			})
		}
	}
}

// Under load a message can be held by the failover and run at the demoted server.
func TestWhatIsAcknowledgedDuringAFailoverIsHeardElsewhere(t *testing.T) {
	t.Parallel()
	for where, sub := range map[string]int{"one server": 0, "a replica of one's own": 1} {
		t.Run(where, func(t *testing.T) {
			c := startDemotable(t, sub)
			alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
			told := alice.collect()
			ctx, stop := context.WithCancel(t.Context())
			var sent int64
			var sending sync.WaitGroup
			sending.Go(func() {
				tick := time.NewTicker(2 * time.Millisecond)
				defer tick.Stop()
				for sent = 1; ctx.Err() == nil; sent++ {
					alice.send(message(fmt.Sprint(sent), sent))
					<-tick.C
				}
				sent--
			})
			defer func() { stop(); sending.Wait() }()
			enough := func(want func(acked, refused int) bool) {
				require.Eventually(t, func() bool {
					told.mu.Lock()
					defer told.mu.Unlock()
					return want(len(told.acked), len(told.refused))
				}, patience, 20*time.Millisecond)
			}
			enough(func(acked, _ int) bool { return acked > 50 })
			c.do(0, "FAILOVER TO", 1)
			enough(func(_, refused int) bool { return refused > 50 })
			stop()
			sending.Wait()
			enough(func(acked, refused int) bool { return int64(acked+refused) == sent })

			end := wire.Envelope{UID: "other1", Event: "end"}
			payload, err := end.Append(nil)
			require.NoError(t, err)
			again(t, func(ctx context.Context) { // the new master's replica may not be back yet
				_ = c.redis(1).Publish(ctx, c.prefix+end.Channel("socket.io"), payload).Err()
			})
			heard := map[int64]bool{}
			for m := bob.any(); m.Event != "end"; m = bob.any() {
				var text string
				if json.Unmarshal(m.Data, &text) == nil {
					var id int64
					_, _ = fmt.Sscan(text, &id)
					heard[id] = true
				}
			}
			told.mu.Lock()
			defer told.mu.Unlock()
			for id := range told.acked {
				require.True(t, heard[id], "message %d of %d was acknowledged, and the other node has not heard it", id, sent)
			}
		})
	}
}

// A planned failover, as Sentinel makes it: a replica is promoted, the other follows
// it, and for seconds the old master goes on as one. It answers every PUBLISH, and
// ROLE, as a master does.
func TestMasterThatItsReplicasHaveLeftAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	const messages = 50
	c := startDemotable(t, 1)
	alice := c.dial(0, "alice", "lobby")
	alice.sayAndPlace("before", 1)
	c.do(1, "REPLICAOF NO ONE")
	c.do(2, "REPLICAOF", 1)
	require.Eventually(t, func() bool { return len(c.role(0).Replicas) == 0 }, patience, time.Millisecond)

	told := alice.collect()
	for id := int64(2); id < 2+messages; id++ {
		alice.send(message("after", id))
	}
	var acked, placed, refused int
	require.Eventually(t, func() bool {
		acked, placed, refused = told.of(2, 1+messages)
		return acked+refused == messages
	}, patience, time.Millisecond)
	require.Equal(t, []int{0, 0, messages}, []int{acked, placed, refused}, "acknowledged, placed, refused")
	require.Equal(t, replication.Master, c.role(0).Name, "it still calls itself one")
}

// When somebody else's replica leaves, a message is acknowledged all the same: when
// it comes back.
func TestReplicaThatLeavesDoesNotStopTheOthers(t *testing.T) {
	c := startCluster(t, 2) // of calm nodes: no probe ends the doubt
	n := c.nodes[0]
	n.awaitAround(t)
	alice := c.dial(0, "alice", "lobby")
	alice.sayAndPlace("before", 1)
	topologytest.Faults(t)
	require.NoError(t, c.top.Kill(2))
	require.Eventually(t, func() bool { return len(c.role(0).Replicas) == 1 }, patience, time.Millisecond)
	for id := int64(2); id < 10; id++ {
		alice.send(message("after", id))
		require.Equal(t, "$ack", alice.next().Event)
		require.Equal(t, "$placed", alice.next().Event)
	}
}
