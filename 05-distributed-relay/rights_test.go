package relay_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	relay "example.com/redis-chat/05-distributed-relay"
)

// Rights are not replicated: they are revoked at the master, and the subscription at
// the replica notices nothing.
func TestRightThatIsRevokedIsNotReadyInRedisWords(t *testing.T) {
	t.Parallel()
	for name, revoke := range map[string]string{
		"the command":              "ACL SETUSER chat -publish",
		"the channels of messages": "ACL SETUSER chat resetchannels &*chat:*",
	} {
		t.Run(name, func(t *testing.T) {
			c := &cluster{t: t, top: topologytest.Server(t, 1), prefix: redistest.Prefix(t), o: lively}
			for i := range c.top.Addrs() {
				c.do(i, "ACL SETUSER chat on >secret allcommands allchannels")
			}
			c.addNode(1)
			c.o = relay.Options{Username: "chat", Password: "secret", ProbeInterval: lively.ProbeInterval, PublishTimeout: lively.PublishTimeout}
			n := c.addNode(1)
			c.introduce()
			bob, alice, carol := c.dial(0, "bob", "lobby"), c.dial(1, "alice", "lobby"), c.dial(1, "carol", "lobby")
			alice.sayAndPlace("before", 1)
			before := strings.Count(n.log.String(), relay.LogNotReady)

			c.do(0, revoke)
			alice.send(message("lost", 2))
			require.Contains(t, string(alice.until("$error").Data), "NOPERM")
			require.Eventually(t, func() bool {
				reason, ready := n.relay.Ready()
				return !ready && strings.HasPrefix(reason, "publish to "+c.top.Addrs()[0]+": the user may not do this: ") && strings.Contains(reason, "NOPERM")
			}, patience, time.Millisecond)
			require.Contains(t, string(carol.until("$degraded").Data), "does not take this node's messages")
			for _, probes := 0, n.metric(t, "chat_probe_timestamp_seconds"); name != "the command" && n.metric(t, "chat_probe_timestamp_seconds") < probes+1; {
				_, ready := n.relay.Ready()
				require.False(t, ready, "its probes come back, and prove nothing")
			}
			for id := int64(3); id < 10; id++ {
				alice.send(message("lost", id))
				require.Equal(t, id, *alice.until("$error").ID)
			}
			require.Equal(t, before+1, strings.Count(n.log.String(), relay.LogNotReady), "told once")

			c.do(0, "ACL SETUSER chat allcommands allchannels")
			n.awaitReady(t) // no client says anything
			require.JSONEq(t, `{"missed":0}`, string(alice.until("$recovered").Data))
			alice.sayAndPlace("after", 10)
			bob.hears("after")
			require.Zero(t, c.nodes[0].metric(t, "chat_messages_missed_total"), "what was refused was never published")
		})
	}
}
