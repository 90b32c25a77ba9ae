package relay_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
)

// 200 messages a second flow while a node hears nothing. What it has not heard
// comes late: to its clients all of it, once and in order, and it counts none.
func TestWhatANodeDoesNotHearForAWhileComesLate(t *testing.T) {
	topologytest.Faults(t)
	const theirReplica = 2
	hold := func(c *cluster, way *redistest.Way) { way.Hold() }
	release := func(c *cluster, way *redistest.Way) { way.Release() }
	for name, fault := range map[string]struct {
		begin, end func(*cluster, *redistest.Way)
		messages   int
	}{
		"its replica is frozen for 5 s": {
			func(c *cluster, _ *redistest.Way) { require.NoError(c.t, c.top.Freeze(theirReplica)) },
			func(c *cluster, _ *redistest.Way) { require.NoError(c.t, c.top.Thaw(theirReplica)) },
			1000,
		},
		"a black hole of 3 s": {hold, release, 600},
		"a blip of 1 s":       {hold, release, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // they wait
			c := &cluster{t: t, top: topologytest.Start(t, 2), prefix: redistest.Prefix(t)}
			way := redistest.StartWay(t, c.top.Addrs()[theirReplica])
			c.addNode(1)
			c.o.ProbeInterval = 250 * time.Millisecond // the default
			c.addNodeAt(way.Addr)
			c.introduce()
			alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")

			sent := 0
			tick := time.NewTicker(5 * time.Millisecond)
			defer tick.Stop()
			flow := func(messages int) {
				for range messages {
					<-tick.C
					sent++
					alice.say(fmt.Sprint(sent))
				}
			}
			flow(100)
			fault.begin(c, way)
			flow(fault.messages)
			fault.end(c, way)
			flow(200)
			for i := range sent {
				require.Equal(t, fmt.Sprintf(`"%d"`, i+1), string(bob.until("message").Data))
			}
			n := c.nodes[1]
			n.awaitReady(t)
			require.Zero(t, n.metric(t, "chat_messages_missed_total"))
			require.Zero(t, n.metric(t, "chat_messages_repeated_total"))
			alice.say("once more")
			require.Equal(t, `"once more"`, string(bob.until("message").Data), "and nothing comes twice")
		})
	}
}
