package streams_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/relaytest"
	streams "example.com/redis-chat/labs/no-message-lost"
)

// addMovable adds a node that goes where places say.
func (c *cluster) addMovable(name string, places relay.Places) *node {
	n := startNode(c.t, relay.Options{Node: name, Places: places, Prefix: c.prefix, PublishTimeout: patience, ProbeInterval: 100 * time.Millisecond}, streams.Options{})
	n.awaitReady(c.t)
	c.nodes = append(c.nodes, n)
	return n
}

// at is where a node is whose replica is server i.
func (c *cluster) at(i int) relay.Place {
	return relay.Place{Master: c.top.Addrs()[0], Own: c.top.Addrs()[i]}
}

func TestNodeReadsOnAtAnotherReplica(t *testing.T) {
	c := &cluster{t: t, top: topologytest.Start(t, 2), prefix: redistest.Prefix(t)}
	places := relaytest.At(c.at(1))
	moving := c.addMovable("moving", places)
	staying := c.addMovable("staying", relaytest.At(c.at(2)))
	alice, bob := c.dial(1, "alice"), c.dial(0, "bob")
	said := 0
	for _, i := range []int{2, 1, 2, 1} {
		places.Set(c.at(i))
		for _, text := range numbered("message", said, said+50) {
			alice.say(text)
			bob.hears(text)
		}
		said += 51
	}
	require.NotContains(t, moving.log.String(), relay.LogNotReady, "nobody is told of anything")
	require.Zero(t, moving.metric(t, "chat_messages_missed_total")+moving.metric(t, "chat_messages_repeated_total"))
	staying.awaitReady(t)
}

func TestWhatWasMissedIsReadWhereTheNodeIsNow(t *testing.T) {
	topologytest.Faults(t)
	c := &cluster{t: t, top: topologytest.Start(t, 2), prefix: redistest.Prefix(t)}
	places := relaytest.At(c.at(1))
	c.addMovable("moving", places)
	alice, bob := c.dial(0, "alice"), c.dial(0, "bob")
	alice.say("one")
	bob.hears("one")
	require.NoError(t, bob.Close())
	alice.say("two")
	places.Set(c.at(2))
	require.NoError(t, c.top.Kill(1))
	bob = bob.back(c, 0)
	bob.hears("two")
	require.Zero(t, *bob.caughtUp().Gone)
	carol := c.dialWith(0, chatclient.DialOptions{Name: "carol", History: 2}, new(chatclient.Last))
	carol.hears("one", "two")
}

// A replica that the node has just come to may be behind the one before: nobody's gap is closed by what it has so far.
func TestNobodyIsSeatedBeforeTheNewReplicaHasAll(t *testing.T) {
	c := &cluster{t: t, top: topologytest.Start(t, 2), prefix: redistest.Prefix(t)}
	places := relaytest.At(c.at(1))
	moving := c.addMovable("moving", places)
	alice, bob, witness := c.dial(0, "alice"), c.dial(0, "bob"), c.dial(0, "witness")
	alice.say("one")
	bob.hears("one")
	require.NoError(t, bob.Close())
	release := topologytest.Hold(t, c.top, 2)
	alice.say("two")
	witness.hears("one", "two")
	places.Set(c.at(2))
	require.Eventually(t, func() bool { return strings.Count(moving.log.String(), relay.LogSubscribed+" at") >= 2 }, patience, tick)
	back := make(chan *person, 1)
	go func() { back <- bob.back(c, 0) }()
	release()
	bob = <-back
	bob.hears("two")
	require.Equal(t, 1, bob.caughtUp().Messages)
}

// A replica that was restarted is empty until it has its copy of all keys, and its address is the same: for a moment nobody at the node
// knows. What it does not have then is not gone.
func TestNothingIsReadAtAReplicaThatHasBegunAnew(t *testing.T) {
	c := startCluster(t, topologytest.Server(t, 2), relay.Options{}, streams.Options{})
	alice, bob, witness := c.dial(0, "alice"), c.dial(1, "bob"), c.dial(1, "witness")
	alice.say("one")
	bob.hears("one")
	bob.back(c, 1).caughtUp() // from here on the node would read at once
	alice.say("two")
	witness.hears("one", "two")
	replica := c.redis(2)
	require.NoError(t, replica.Do(t.Context(), "replicaof", "no", "one").Err())
	require.NoError(t, replica.FlushAll(t.Context()).Err())
	asked := func() bool {
		return strings.Contains(replica.Info(t.Context(), "commandstats").Val(), "cmdstat_xinfo|stream:calls=")
	}
	require.NoError(t, replica.ConfigResetStat(t.Context()).Err())
	back := make(chan *person, 1)
	go func() { back <- bob.back(c, 1) }()
	require.Eventually(t, asked, patience, tick)
	host, port, err := net.SplitHostPort(c.top.Addrs()[0])
	require.NoError(t, err)
	require.NoError(t, replica.Do(t.Context(), "replicaof", host, port).Err())
	bob = <-back
	bob.hears("two")
	require.Zero(t, *bob.caughtUp().Gone)
}
