package sharded_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/labs/scale-out/rediscluster"
)

// What sharded Pub/Sub cannot promise. None of these tests has a line of ours between the servers and what it says.

// A message goes to the servers of its shard by the cluster's bus. In the master's replication stream there is nothing of it, and so nothing that a
// replica could ask for again.
func TestMessageGoesByTheBusAndNotByTheReplicationStream(t *testing.T) {
	s := startServers(t, rediscluster.Options{})
	sub := s.subscribe(s.replica)
	stream := func() int {
		info, err := s.master.Info(t.Context(), "replication").Result()
		require.NoError(t, err)
		return number(t, info, "master_repl_offset")
	}
	bus := func(kind string) int {
		info, err := s.master.ClusterInfo(t.Context()).Result()
		require.NoError(t, err)
		return number(t, info, "cluster_stats_messages_"+kind+"_sent")
	}
	before := stream()
	text := strings.Repeat("x", 10_000)
	for range 100 {
		s.publish(text)
		require.Equal(t, text, sub.next())
	}
	require.Less(t, stream()-before, len(text), "of 100 messages there is not one in the stream; a PING may be")
	require.Equal(t, 100, bus("publishshard"), "to the one other server of the shard")
	for range 100 {
		require.NoError(t, s.master.Publish(t.Context(), s.channel, text).Err())
	}
	require.Less(t, stream()-before, len(text), "nor one of PUBLISH's")
	require.Equal(t, 500, bus("publish"), "to all five others of the cluster")
}

// The replica holds back what its master's stream brings. The message does not wait for it.
func TestMessageOvertakesTheDataThatWasWrittenBeforeIt(t *testing.T) {
	s := startServers(t, rediscluster.Options{Masters: 1})
	sub := s.subscribe(s.replica)
	conn := s.replica.Conn()
	defer conn.Close()
	require.NoError(t, conn.ReadOnly(t.Context()).Err())
	key := s.channel + ":topic"
	require.NoError(t, s.master.Set(t.Context(), key, "old", 0).Err())
	require.Eventually(t, func() bool { return conn.Get(t.Context(), key).Val() == "old" }, patience, tick)

	require.NoError(t, conn.Do(t.Context(), "client", "pause", time.Hour.Milliseconds(), "write").Err())
	require.NoError(t, s.master.Set(t.Context(), key, "new", 0).Err())
	s.publish("the topic is new")
	require.Equal(t, "the topic is new", sub.next())
	require.Equal(t, "old", conn.Get(t.Context(), key).Val())
	require.NoError(t, conn.Do(t.Context(), "client", "unpause").Err())
	require.Eventually(t, func() bool { return conn.Get(t.Context(), key).Val() == "new" }, patience, tick)
}

// WAIT asks how far replicas have come in the stream. A message is not in it.
func TestWaitCountsAReplicaThatHasNotGotTheMessage(t *testing.T) {
	s := startServers(t, rediscluster.Options{Masters: 1})
	conn := s.master.Conn()
	defer conn.Close()
	waits := func(most time.Duration) int64 {
		n, err := conn.Wait(t.Context(), 1, most).Result()
		require.NoError(t, err)
		return n
	}
	require.NoError(t, conn.ConfigSet(t.Context(), "repl-ping-replica-period", "3600").Err())
	require.Eventually(t, func() bool { // the stream stands still, and the replica has said that it has all of it
		info, err := conn.Info(t.Context(), "replication").Result()
		return err == nil && strings.Contains(info, fmt.Sprintf(",offset=%d,", number(t, info, "master_repl_offset")))
	}, patience, tick)
	replica := s.cluster.Shards[0].Replicas[0]
	require.NoError(t, replica.Freeze())
	require.NoError(t, conn.SPublish(t.Context(), s.channel, "hi").Err())
	require.EqualValues(t, 1, waits(100*time.Millisecond), "the frozen one")
	require.NoError(t, conn.Set(t.Context(), s.channel, "x", 0).Err())
	require.Zero(t, waits(100*time.Millisecond), "of a SET it says so")
	require.NoError(t, replica.Thaw())
}

// The link of the bus is away for a moment. What was written meanwhile is at the replica; of what was published meanwhile there is no trace: the
// publisher has no error, and the subscriber's connection stays as it was. (On a replication stream, the messages would come late.)
func TestWhatIsPublishedWithoutABusLinkIsLostAndNobodyIsTold(t *testing.T) {
	s := startServers(t, rediscluster.Options{Masters: 1})
	sub := s.subscribe(s.replica)
	s.publish("before")
	require.Equal(t, "before", sub.next())

	mend := s.cut()
	for i := range 37 {
		s.publish(fmt.Sprint("lost ", i+1))
	}
	require.NoError(t, s.master.Set(t.Context(), s.channel, "37 were published", 0).Err())
	conn := s.replica.Conn()
	defer conn.Close()
	require.NoError(t, conn.ReadOnly(t.Context()).Err())
	require.Eventually(t, func() bool { return conn.Get(t.Context(), s.channel).Val() == "37 were published" }, patience, tick)
	mend()
	require.Zero(t, s.until(sub, "after"))
}

// A replica that does not read is not waited for. When too much waits for it, the master drops all of that, and begins a new link.
func TestWhatWaitsForASlowReplicaIsDroppedAndNobodyIsTold(t *testing.T) {
	s := startServers(t, rediscluster.Options{Masters: 1})
	sub := s.subscribe(s.replica)
	require.NoError(t, s.master.ConfigSet(t.Context(), "cluster-link-sendbuf-limit", "1mb").Err())
	replica := s.cluster.Shards[0].Replicas[0]
	require.NoError(t, replica.Freeze())
	text, published := strings.Repeat("x", 1<<20), 0
	dropped := func() int {
		info, err := s.master.ClusterInfo(t.Context()).Result()
		require.NoError(t, err)
		return number(t, info, "total_cluster_links_buffer_limit_exceeded")
	}
	for ; dropped() == 0; published++ { // what the system holds is beyond Redis' count
		s.publish(text)
	}
	require.NoError(t, replica.Thaw())
	require.Less(t, s.until(sub, "after"), published)
}

// A replica does not refuse a message, as it would a SET: it passes it on itself. So whoever publishes at two servers of a shard has two orders.
func TestReplicaTakesMessagesTooSoAShardHasNoOneOrder(t *testing.T) {
	s := startServers(t, rediscluster.Options{Masters: 1})
	atMaster, atReplica := s.subscribe(s.master), s.subscribe(s.replica)
	require.ErrorContains(t, s.replica.Set(t.Context(), s.channel, "x", 0).Err(), "MOVED")
	require.NoError(t, s.replica.SPublish(t.Context(), s.channel, "said at the replica").Err())
	require.Equal(t, "said at the replica", atMaster.next())
	require.Equal(t, "said at the replica", atReplica.next())
}
