package relay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/05-distributed-relay/wire"
)

type fields map[string]any

func (c *cluster) forge(channel string, f fields) {
	c.t.Helper()
	b, err := msgpack.Marshal(f)
	require.NoError(c.t, err)
	c.publishRaw(channel, b)
}

// identity listens for a node's probes as anybody who may subscribe can, and
// returns its identity.
func (c *cluster) identity(node int) string {
	c.t.Helper()
	sub := c.redis(1).Subscribe(c.t.Context(), c.prefix+"chat:probe")
	defer sub.Close()
	_, err := sub.Receive(c.t.Context())
	require.NoError(c.t, err)
	c.nodes[node].probe(c.t)
	for {
		m, err := sub.ReceiveMessage(c.t.Context())
		require.NoError(c.t, err)
		if p, err := wire.DecodeProbe(m.Payload); err == nil && p.Node == fmt.Sprint("node-", node) {
			return p.Pub
		}
	}
}

// Of its own number a node is sure, and of another's it believes the other.
func TestForgedNumberSilencesNobodyForGood(t *testing.T) {
	for name, forge := range map[string]func(c *cluster, pub string, seq uint64){
		"a message": func(c *cluster, pub string, seq uint64) {
			c.publish(wire.Envelope{UID: "abc123", Event: "forged", Pub: pub, Seq: seq})
		},
		"a probe": func(c *cluster, pub string, seq uint64) {
			c.forge("chat:probe", fields{"node": "forged", "pub": pub, "seq": seq, "n": uint64(math.MaxUint64)})
		},
	} {
		for _, seq := range []uint64{1000, 1 << 40, math.MaxUint64 - 1, math.MaxUint64} {
			t.Run(fmt.Sprint(name, " numbered ", seq), func(t *testing.T) {
				c := startCluster(t, 2)
				alice, bob, carol := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby"), c.dial(0, "carol", "lobby")
				alice.sayAndPlace("before", 1)
				bob.until("message")
				forge(c, c.identity(0), seq)

				// At the node itself nothing has happened.
				own := c.nodes[0]
				own.awaitMetric(t, "chat_messages_malformed_total", 1)
				bob.say("to alice")
				require.JSONEq(t, `"to alice"`, string(alice.until("message").Data))
				alice.sayAndPlace("after", 2)
				carol.hears("after")
				require.Zero(t, own.metric(t, "chat_messages_repeated_total"))
				require.Zero(t, own.metric(t, "chat_messages_missed_total"))

				// The other hears from it again, within four probes: three deny what was known when the one before them came.
				for range 4 {
					own.probe(t)
				}
				alice.say("heard")
				bob.hears("heard")
				n := c.nodes[1]
				require.GreaterOrEqual(t, n.metric(t, "chat_messages_missed_total"), 0.0)
				require.Less(t, n.metric(t, "chat_messages_missed_total"), 1000.0)
				for _, n := range c.nodes {
					n.awaitReady(t)
				}
			})
		}
	}
}

// A node whose replica has lost its master must not be talked into being ready,
// not even by somebody who has read its identity and writes at that very replica.
func TestForgedProbeProvesNoDelivery(t *testing.T) {
	topologytest.Faults(t)
	t.Parallel() // it waits for the silence to be noticed
	c := startClusterWith(t, 1, attentive)
	n, pub, bob := c.nodes[0], c.identity(0), c.dial(0, "bob", "lobby")
	n.probe(t)
	c.publish(wire.Envelope{UID: wire.EmitterUID, Event: "before"})
	bob.until("before") // so the first two probes are back: they prove nothing any more
	require.NoError(t, c.top.Cut(1))
	bob.until("$degraded")
	replica := c.redis(1)
	write := func(channel string, payload []byte) {
		require.NoError(t, replica.Publish(t.Context(), c.prefix+channel, payload).Err())
	}
	for _, count := range []uint64{0, 1, 2, 1_000_000, math.MaxUint64} {
		for range 5 {
			b, err := msgpack.Marshal(fields{"node": "node-0", "pub": pub, "seq": 0, "n": count})
			require.NoError(t, err)
			write("chat:probe", b)
		}
	}
	e := wire.Envelope{UID: wire.EmitterUID, Event: "after"}
	payload, err := e.Append(nil)
	require.NoError(t, err)
	write("socket.io#/#", payload)
	require.Equal(t, "after", bob.next().Event, "no $recovered before it")
	_, ready := n.relay.Ready()
	require.False(t, ready)
	n.awaitMetric(t, "chat_messages_malformed_total", 10)

	require.NoError(t, c.top.Mend(t.Context(), 1))
	require.Equal(t, "$recovered", bob.next().Event)
	n.awaitReady(t)
}

// Forged probes make nodes out of nothing: they cost some memory and no more.
func TestNodesOutOfNothing(t *testing.T) {
	const forged = 5000
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	alice.sees("alice", "bob")
	lists := c.redis(0).Subscribe(t.Context(), c.prefix+"chat:presence")
	defer lists.Close()
	_, err := lists.Receive(t.Context())
	require.NoError(t, err)

	began := time.Now()
	master := c.redis(0)
	for part := range slices.Chunk(slices.Collect(func(yield func(int) bool) {
		for i := range forged {
			if !yield(i) {
				return
			}
		}
	}), 1000) {
		_, err := master.Pipelined(t.Context(), func(pipe redis.Pipeliner) error {
			for _, i := range part {
				b, err := msgpack.Marshal(fields{"node": strings.Repeat("\u202E", 200), "pub": fmt.Sprint("forged", i), "seq": i, "n": 1, "every": math.MaxInt64})
				require.NoError(t, err)
				pipe.Publish(t.Context(), c.prefix+"chat:probe", b)
			}
			return nil
		})
		require.NoError(t, err)
	}
	alice.sayAndPlace("still here", 1)
	require.JSONEq(t, `"still here"`, string(bob.until("message").Data))
	for _, n := range c.nodes {
		// 1000 are followed, the other node among them. None is forgotten: the nodes are calm.
		n.awaitMetric(t, "chat_messages_malformed_total", forged-999)
	}
	for _, n := range c.nodes {
		lines := strings.Count(n.log.String(), "node came")
		require.LessOrEqual(t, lines, 21+int(time.Since(began)/time.Second), "at most one a second, after the first ones")
		require.Less(t, len(n.log.String()), 64<<10)
		require.Zero(t, n.metric(t, "chat_messages_missed_total"))
	}
	// And what each node tells of its clients is not told each time that it is asked.
	c.publishRaw("chat:presence", []byte("the end"))
	told := 0
	for {
		m, err := lists.ReceiveMessage(t.Context())
		require.NoError(t, err)
		if m.Payload == "the end" {
			break
		}
		told++
	}
	took := time.Since(began)
	require.LessOrEqual(t, told, 2*(2+int(took/(100*time.Millisecond))), "in %v", took)
}

// Presence can be forged by anybody who may publish. It ends with its node, and what no
// client could be called does not reach anybody.
func TestForgedPresence(t *testing.T) {
	t.Parallel() // it waits until silence counts as an end
	c := startCluster(t, 1)
	alice, n := c.dial(0, "alice", "lobby"), c.nodes[0]
	alice.sees("alice")
	lobby := func(names ...string) map[string][]string { return map[string][]string{"lobby": names} }
	whole := func(pub string, joined any) fields {
		return fields{"node": "n", "pub": pub, "whole": true, "joined": joined}
	}

	// Of a node that has not been heard of it is not believed.
	c.forge("chat:presence", whole("nobody", lobby("ghost")))
	// Of one that has, it is, as far as it could be true.
	c.forge("chat:probe", fields{"node": "eve", "pub": "eve", "every": 1}) // so it may be silent for 3 s
	bad := 0
	for _, names := range [][]string{
		{strings.Repeat("n", 1<<20)}, {"a\nb"}, {"\u202Egnp.exe"}, {""}, {" "}, {"\x00"},
	} {
		c.forge("chat:presence", whole("eve", lobby(names...)))
		bad++
	}
	c.forge("chat:presence", whole("eve", fields{strings.Repeat("r", 100): []string{"x"}}))
	c.forge("chat:presence", whole("eve", []any{[]any{[]any{}}}))
	c.forge("chat:presence", fields{"pub": "eve", "left": lobby("alice", "bob", "bob")}) // a name that is not there does not leave
	n.awaitMetric(t, "chat_messages_malformed_total", float64(bad+2))

	// A huge crowd is a number, and the first names.
	crowd := make([]string, 20_000)
	for i := range crowd {
		crowd[i] = fmt.Sprintf("n%05d", i)
	}
	c.forge("chat:presence", whole("eve", lobby(crowd...)))
	for {
		m := alice.until("$presence")
		var told struct {
			Count  int
			Joined []string
		}
		require.NoError(t, json.Unmarshal(m.Data, &told))
		if told.Count == 20_001 {
			require.Len(t, told.Joined, 200)
			break
		}
	}
	// Eve's probes have ended: so do her people, when ours come back and hers do not.
	n.beat(t)
	for {
		var told struct{ Count int }
		require.NoError(t, json.Unmarshal(alice.until("$presence").Data, &told))
		if told.Count == 1 {
			break
		}
	}
	// Alice was there all the time.
	c.publish(wire.Envelope{UID: wire.EmitterUID, Event: "after"})
	require.Equal(t, "after", alice.next().Event)
}

// In another node's name one can tell lies: its next whole list, which it
// publishes every five seconds, corrects them.
func TestForgedPresenceOfAnotherNodeIsCorrected(t *testing.T) {
	t.Parallel() // it waits for the next whole list
	c := startCluster(t, 2)
	alice := c.dial(0, "alice", "lobby")
	c.dial(1, "bob", "lobby")
	alice.sees("alice", "bob")
	pub := c.identity(1)
	lie, err := msgpack.Marshal(fields{"node": "node-1", "pub": pub, "whole": true, "joined": fields{"lobby": []string{"ghost"}}})
	require.NoError(t, err)
	master := c.redis(0)
	stop := again(t, func(ctx context.Context) { // one alone might be corrected before alice is told
		_ = master.Publish(ctx, c.prefix+"chat:presence", lie).Err()
	})
	alice.sees("alice", "ghost")
	stop()
	alice.sees("alice", "bob")
}
