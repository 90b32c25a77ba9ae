package topology_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestKilledReplicaComesBackWithTheMastersKeys(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	c, addrs := topologytest.Clients(t, top), top.Addrs()
	reach(t, c[0], "before", 2)

	require.NoError(t, top.Kill(1))
	reachOnly(t, c[0], "during", 1, 2)
	require.Error(t, c[1].Ping(t.Context()).Err())
	require.ErrorContains(t, top.Kill(1), "is not running")

	require.NoError(t, top.Restart(t.Context(), 1))
	reach(t, c[0], "after", 2)
	for _, key := range []string{"before", "during", "after"} {
		require.Equal(t, "test-data", c[1].Get(t.Context(), key).Val(), key)
	}
	require.Equal(t, addrs, top.Addrs())
	require.ErrorContains(t, top.Restart(t.Context(), 1), "is running")
}

func TestFrozenReplicaDoesNotCount(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	c := topologytest.Clients(t, top)
	sub := listen(t, c[1], "room")

	require.NoError(t, top.Freeze(1))
	reachOnly(t, c[0], "key", 1, 2)
	require.NoError(t, c[0].Publish(t.Context(), "room", "while frozen").Err())

	require.NoError(t, top.Thaw(1))
	require.Equal(t, "while frozen", receive(t, sub))
	reach(t, c[0], "key", 2)
}

func TestHeldReplicaIsLinkedAndLate(t *testing.T) {
	top := topologytest.Start(t, 2)
	c := topologytest.Clients(t, top)
	release := topologytest.Hold(t, top, 1)
	reachOnly(t, c[0], "key", 1, 2)
	require.Zero(t, c[1].Exists(t.Context(), "key").Val())
	role, err := replication.ReadRole(t.Context(), c[1])
	require.NoError(t, err)
	require.Equal(t, replication.Connected, role.Link)

	release()
	reach(t, c[0], "key", 2)
	require.Equal(t, "test-data", c[1].Get(t.Context(), "key").Val())
}

func TestCutReplicaGetsWhatItMissed(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	c := topologytest.Clients(t, top)
	sub := listen(t, c[1], "room")

	require.NoError(t, top.Cut(1))
	const missed = 100
	for i := range missed {
		require.NoError(t, c[0].Publish(t.Context(), "room", strconv.Itoa(i)).Err())
	}
	reachOnly(t, c[0], "key", 1, 2)
	role, err := replication.ReadRole(t.Context(), c[1])
	require.NoError(t, err)
	require.Equal(t, top.Addrs()[0], role.Master, "it still knows its master")
	require.NotEqual(t, replication.Connected, role.Link)
	require.Zero(t, c[1].Exists(t.Context(), "key").Val())
	require.Equal(t, "down", c[1].InfoMap(t.Context(), "replication").Item("Replication", "master_link_status"))

	require.NoError(t, top.Mend(t.Context(), 1))
	for i := range missed {
		require.Equal(t, strconv.Itoa(i), receive(t, sub))
	}
	require.Equal(t, "test-data", c[1].Get(t.Context(), "key").Val())
}

// TestBacklogIsAllThatIsRemembered shows the silent loss: past one megabyte the replica gets a copy of the keys, in which there
// are no messages. Its subscriber's connection stays open and gets no sign.
func TestBacklogIsAllThatIsRemembered(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	c := topologytest.Clients(t, top)
	sub := listen(t, c[1], "room")
	began := time.Now()
	require.NoError(t, c[0].Set(t.Context(), "counter", 1, time.Hour).Err())

	require.NoError(t, top.Cut(1))
	kilobyte := strings.Repeat("x", 1000)
	_, err := c[0].Pipelined(t.Context(), func(p redis.Pipeliner) error {
		for range 1500 {
			p.Publish(t.Context(), "room", kilobyte)
			p.Incr(t.Context(), "counter")
		}
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, top.Mend(t.Context(), 1))
	require.NoError(t, c[0].Publish(t.Context(), "room", "first after").Err())
	require.Equal(t, "first after", receive(t, sub))
	require.Equal(t, "1501", c[1].Get(t.Context(), "counter").Val())
	require.GreaterOrEqual(t, c[1].PTTL(t.Context(), "counter").Val(), time.Hour-time.Since(began)-10*time.Millisecond, "its time to live came along")
}

func TestRestartedMasterIsEmptyAndFollowed(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	c := topologytest.Clients(t, top)
	reach(t, c[0], "old", 2)

	require.NoError(t, top.Kill(0))
	require.Equal(t, "test-data", c[1].Get(t.Context(), "old").Val(), "a replica answers reads without its master")
	require.NoError(t, top.Restart(t.Context(), 0))
	require.NoError(t, replication.AwaitReplicas(t.Context(), top.Addrs()[0], 2))
	require.Zero(t, c[1].Exists(t.Context(), "old").Val(), "its replicas have become empty too")
	reach(t, c[0], "new", 2)
}

// awaited is a context that tells when somebody waits for its end.
type awaited struct {
	context.Context
	once   sync.Once
	looked chan struct{}
}

func (a *awaited) Done() <-chan struct{} {
	a.once.Do(func() { close(a.looked) })
	return a.Context.Done()
}

// mending starts a Mend that cannot end yet, and returns the channel that will tell its end. It returns when Mend has
// done everything except wait: only then does Mend look at its context.
func mending(t *testing.T, top topology.Topology, i int) <-chan error {
	t.Helper()
	mended := make(chan error, 1)
	ctx := &awaited{Context: t.Context(), looked: make(chan struct{})}
	go func() { mended <- top.Mend(ctx, i) }()
	select {
	case err := <-mended:
		t.Fatalf("Mend has ended: %v", err)
	case <-ctx.looked:
	}
	return mended
}

func TestServersCanBeBrokenAndMendedWhileAnotherIsAwaited(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 2)
	require.NoError(t, top.Cut(1))
	require.NoError(t, top.Kill(0))
	mended := mending(t, top, 1)
	require.NoError(t, top.Freeze(2))
	require.NoError(t, top.Thaw(2))
	require.NoError(t, top.Restart(t.Context(), 0))
	require.NoError(t, <-mended)
}

func TestKillEndsTheWaitForAReplica(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	require.NoError(t, top.Cut(1))
	require.NoError(t, top.Kill(0))
	mended := mending(t, top, 1)
	require.NoError(t, top.Kill(1))
	require.ErrorContains(t, <-mended, "it is not running any more", "and not that its time is over")
}

func TestReplicaIsMendedWhateverTheOthersDo(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 3)
	require.NoError(t, top.Cut(1))
	require.NoError(t, top.Cut(2))
	require.NoError(t, top.Freeze(3))
	require.NoError(t, top.Mend(t.Context(), 1))
	require.NoError(t, top.Thaw(3))
}

// killByHand runs the command that cmd/topology prints: kill -9 PID. It returns when the end of the process has been
// noticed, which takes a moment.
func killByHand(t *testing.T, top topology.Topology, i int) {
	t.Helper()
	p, err := os.FindProcess(top.(interface{ PID(int) int }).PID(i))
	require.NoError(t, err)
	require.NoError(t, p.Kill())
	require.Eventually(t, func() bool {
		err := top.Freeze(i)
		return err != nil && strings.Contains(err.Error(), "is not running")
	}, patience, time.Millisecond)
}

func TestServerThatWasKilledByHandIsKnownToBeDead(t *testing.T) {
	top := topologytest.Server(t, 2)
	killByHand(t, top, 1)
	require.ErrorContains(t, top.Kill(1), "server 1 ("+top.Addrs()[1]+") is not running")
	require.NoError(t, top.Cut(2))
	require.NoError(t, top.Mend(t.Context(), 2), "it does not wait for the one that is dead, until its time is over")
	require.NoError(t, top.Restart(t.Context(), 1))
	reach(t, topologytest.Clients(t, top)[0], "after", 2)
}

func TestThereIsNoServerOfThatNumber(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	require.ErrorContains(t, top.Kill(2), "there is no server 2")
	require.ErrorContains(t, top.Freeze(-1), "there is no server -1")
	require.ErrorContains(t, top.Restart(t.Context(), 7), "there is no server 7")
	require.ErrorContains(t, top.Cut(0), "server 0 is the master")
}
