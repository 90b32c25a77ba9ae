package streams_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/sentinel"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/02-replication/watched"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/places"
	"example.com/redis-chat/05-distributed-relay/relaytest"
	streams "example.com/redis-chat/labs/no-message-lost"
)

// Another server becomes the master. What only the old one had is gone; but it was acknowledged to nobody, as a node waits for a replica.

func TestNothingIsLostWithAMasterThatIsKilled(t *testing.T) {
	t.Parallel()
	c := startWatched(t, 1)
	c.underFault(func(context.Context) {
		require.NoError(t, c.top.Kill(0))
		c.awaitNewMaster()
	})
}

// For a second the replica that is not promoted follows the old master still: what it alone has is lost. So both are asked for.
func TestNothingIsLostByAPlannedFailover(t *testing.T) {
	t.Parallel()
	c := startWatched(t, 2)
	c.underFault(func(ctx context.Context) {
		require.NoError(t, c.watched.FailOver(ctx))
		c.awaitNewMaster()
		c.awaitReplica(0)
	})
}

// The Sentinels turn the replicas to the new master one after the other: the old one, when it wakes, may have one yet, which answers its
// WAIT and throws away what it got. So both are asked for here, too.
func TestNothingIsLostWithAMasterThatIsFrozenAndWokenBesideTheNewOne(t *testing.T) {
	t.Parallel()
	c := startWatched(t, 2)
	c.underFault(func(context.Context) {
		require.NoError(t, c.top.Freeze(0))
		c.awaitNewMaster()
		require.NoError(t, c.top.Thaw(0)) // it calls itself the master for some seconds more
		c.awaitReplica(0)
	})
}

// startWatched is a usual cluster with Sentinels above it, whose nodes acknowledge what so many replicas have.
func startWatched(t *testing.T, replicas int) *cluster {
	redistest.NeedsServer(t)
	top, err := watched.Start(t.Context(), watched.Options{Topology: topology.Options{Backend: launch.Backend{Kind: launch.KindServer}}})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, top.Close()) })
	c := &cluster{t: t, top: top, watched: top, prefix: redistest.Prefix(t)}
	for i := range 2 {
		o := attentive
		o.Node, o.Prefix, o.Durable = fmt.Sprint("node-", i+1), c.prefix, replicas
		where := places.New(places.Options{
			Sentinel: sentinel.Options{Addrs: top.Sentinels(), Name: top.Name(), Log: slog.New(slog.DiscardHandler)},
			Node:     o.Node, Prefer: top.Addrs()[i+1 : i+2], Client: o.Client,
		})
		ctx, stop := context.WithCancel(context.Background())
		var following sync.WaitGroup
		following.Go(func() { require.NoError(t, where.Run(ctx)) })
		t.Cleanup(func() { stop(); following.Wait() })
		o.Places = where
		c.nodes = append(c.nodes, startNode(t, o, streams.Options{}))
	}
	for _, n := range c.nodes {
		n.awaitReady(t)
	}
	return c
}

func (c *cluster) role(i int) replication.Role {
	role, err := replication.ReadRole(c.t.Context(), c.redis(i))
	if err != nil {
		return replication.Role{}
	}
	return role
}

func (c *cluster) awaitNewMaster() {
	c.t.Helper()
	require.Eventually(c.t, func() bool {
		return c.role(1).Name == replication.Master || c.role(2).Name == replication.Master
	}, patience, 20*time.Millisecond)
}

func (c *cluster) awaitReplica(i int) {
	c.t.Helper()
	require.Eventually(c.t, func() bool { role := c.role(i); return role.Link == replication.Connected }, patience, 20*time.Millisecond)
}

// This is what WAIT 1 does not say: which replica has it. With two, DURABLE=2 says it of whichever is promoted, and then nothing is
// acknowledged while one of them is away.
func TestReplicaThatSaidYesNeedNotBecomeTheMaster(t *testing.T) {
	c := &cluster{t: t, top: topologytest.Server(t, 2), prefix: redistest.Prefix(t)}
	places := relaytest.At(c.at(1))
	o := relay.Options{Node: "moving", Places: places, Prefix: c.prefix, PublishTimeout: patience, ProbeInterval: 100 * time.Millisecond, Durable: 1}
	c.nodes = append(c.nodes, startNode(t, o, streams.Options{}))
	c.nodes[0].awaitReady(t)
	alice, bob := c.dial(0, "alice"), c.dial(0, "bob")
	alice.say("both replicas have it")
	require.EqualValues(t, 2, c.redis(0).Do(t.Context(), "wait", 2, 0).Val())
	release := topologytest.Hold(t, c.top, 2)
	alice.say("one has it") // and is told so: "$ack"
	bob.hears("both replicas have it", "one has it")

	require.NoError(t, c.top.Kill(0))
	host, port, err := net.SplitHostPort(c.top.Addrs()[2])
	require.NoError(t, err)
	require.NoError(t, c.redis(2).Do(t.Context(), "replicaof", "no", "one").Err())
	release()
	require.NoError(t, c.redis(1).Do(t.Context(), "replicaof", host, port).Err())
	places.Set(relay.Place{Master: c.top.Addrs()[2], Own: c.top.Addrs()[2]})
	alice.say("after")
	bob.hears("after")
	carol := c.dialWith(0, chatclient.DialOptions{Name: "carol", History: 10}, new(chatclient.Last))
	carol.hears("both replicas have it", "after")
}
