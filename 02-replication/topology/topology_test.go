package topology_test

import (
	"context"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
)

// patience ends a wait for something that should have come. It says nothing
// about speed.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	// go-redis: a client whose dials have failed asks once a second, and so ends up to a second after its Close.
	redistest.Main(m, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

// reach writes key at the master and waits until so many replicas have it.
func reach(t *testing.T, master *redis.Client, key string, replicas int) {
	t.Helper()
	reachOnly(t, master, key, replicas, replicas)
}

// reachOnly is reach where not all replicas can be reached: the others do not have it.
func reachOnly(t *testing.T, master *redis.Client, key string, replicas, of int) {
	t.Helper()
	conn := master.Conn()
	defer conn.Close()
	require.NoError(t, conn.Set(t.Context(), key, "test-data", time.Hour).Err())
	require.EqualValues(t, replicas, conn.Wait(t.Context(), replicas, patience).Val())
	if of > replicas {
		require.EqualValues(t, replicas, conn.Wait(t.Context(), of, 50*time.Millisecond).Val())
	}
}

// listen subscribes and waits for the confirmation.
func listen(t *testing.T, c *redis.Client, channel string) *redis.PubSub {
	t.Helper()
	sub := c.Subscribe(t.Context(), channel)
	t.Cleanup(func() { sub.Close() })
	_, err := sub.Receive(t.Context())
	require.NoError(t, err)
	return sub
}

func receive(t *testing.T, sub *redis.PubSub) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	msg, err := sub.ReceiveMessage(ctx)
	require.NoError(t, err)
	return msg.Payload
}

func TestReplicasFollowTheMaster(t *testing.T) {
	top := topologytest.Start(t, 2)
	c, key := topologytest.Clients(t, top), redistest.Prefix(t)+"test"

	reach(t, c[0], key, len(c)-1)
	for _, replica := range c[1:] {
		require.Equal(t, "test-data", replica.Get(t.Context(), key).Val())
	}
	require.NoError(t, c[0].Del(t.Context(), key).Err())
}

func TestReplicaRefusesWrites(t *testing.T) {
	top := topologytest.Start(t, 2)
	c, key := topologytest.Clients(t, top), redistest.Prefix(t)+"test"

	err := c[1].Set(t.Context(), key, "x", 0).Err()
	require.ErrorContains(t, err, "READONLY You can't write against a read only replica")
	_, err = c[1].TxPipelined(t.Context(), func(p redis.Pipeliner) error {
		p.Get(t.Context(), key)
		p.Set(t.Context(), key, "x", 0)
		return nil
	})
	require.ErrorContains(t, err, "EXECABORT")
	require.Zero(t, c[1].Exists(t.Context(), key).Val())
}

func TestEachServerKnowsItsRole(t *testing.T) {
	top := topologytest.Start(t, 2)
	c, addrs := topologytest.Clients(t, top), top.Addrs()

	master, err := replication.ReadRole(t.Context(), c[0])
	require.NoError(t, err)
	require.Equal(t, replication.Master, master.Name)
	var known []string
	for _, r := range master.Replicas {
		known = append(known, r.Addr)
	}
	require.ElementsMatch(t, addrs[1:], known)
	for i, replica := range c[1:] {
		role, err := replication.ReadRole(t.Context(), replica)
		require.NoError(t, err)
		require.Equal(t, replication.Replica, role.Name)
		require.Equal(t, addrs[0], role.Master)
		require.Equal(t, replication.Connected, role.Link)

		info := replica.InfoMap(t.Context(), "replication").Item("Replication", "role")
		require.Equal(t, "slave", info, addrs[i+1])
	}
}

func TestMessageReachesTheReplicasSubscribers(t *testing.T) {
	top := topologytest.Start(t, 2)
	c, room := topologytest.Clients(t, top), redistest.Prefix(t)+"room"
	a := listen(t, c[1], room)
	var others []*redis.PubSub
	for _, replica := range c[2:] {
		others = append(others, listen(t, replica, room))
	}

	heard, err := c[0].Publish(t.Context(), room, "hi").Result()
	require.NoError(t, err)
	require.Zero(t, heard, "PUBLISH counts the master's own subscribers only")
	for _, sub := range append(others, a) {
		require.Equal(t, "hi", receive(t, sub))
	}

	require.NoError(t, c[1].Publish(t.Context(), room, "local").Err())
	require.NoError(t, c[0].Publish(t.Context(), room, "for all").Err())
	require.Equal(t, "local", receive(t, a))
	require.Equal(t, "for all", receive(t, a))
	for _, sub := range others {
		require.Equal(t, "for all", receive(t, sub), "what is published at a replica stays there")
	}
}

func TestTransactionArrivesWhole(t *testing.T) {
	top := topologytest.Start(t, 2)
	c, prefix := topologytest.Clients(t, top), redistest.Prefix(t)
	sub := listen(t, c[2], prefix+"room")

	_, err := c[0].TxPipelined(t.Context(), func(p redis.Pipeliner) error {
		p.SetEx(t.Context(), prefix+"a", "1", time.Hour)
		p.Publish(t.Context(), prefix+"room", "written")
		p.SetEx(t.Context(), prefix+"b", "2", time.Hour)
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, "written", receive(t, sub))
	values, err := c[2].MGet(t.Context(), prefix+"a", prefix+"b").Result()
	require.NoError(t, err)
	require.Equal(t, []any{"1", "2"}, values)
	require.NoError(t, c[0].Del(t.Context(), prefix+"a", prefix+"b").Err())
}

func TestKeyExpiresOnReplicasToo(t *testing.T) {
	top := topologytest.Start(t, 2)
	c, prefix := topologytest.Clients(t, top), redistest.Prefix(t)

	began := time.Now()
	require.NoError(t, c[0].Set(t.Context(), prefix+"long", "1", time.Hour).Err())
	require.NoError(t, c[0].Set(t.Context(), prefix+"short", "1", 30*time.Millisecond).Err())
	reach(t, c[0], prefix+"mark", len(c)-1)
	for _, server := range c {
		require.Eventually(t, func() bool { return server.Exists(t.Context(), prefix+"short").Val() == 0 }, patience, 5*time.Millisecond)
		left := server.PTTL(t.Context(), prefix+"long").Val()
		require.LessOrEqual(t, left, time.Hour)
		require.GreaterOrEqual(t, left, time.Hour-time.Since(began)-10*time.Millisecond, "of the hour goes what has passed; clocks are read in milliseconds")
	}
	require.NoError(t, c[0].Del(t.Context(), prefix+"long", prefix+"mark").Err())
}

func TestStartRefusesATakenPort(t *testing.T) {
	backend, err := launch.BackendFromEnv()
	require.NoError(t, err)
	if backend.Kind == launch.KindRunning {
		t.Skip("running servers have their ports")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	_, err = topology.Start(t.Context(), topology.Options{Backend: backend, Ports: []int{0, 0, taken}})
	require.ErrorIs(t, err, launch.ErrPortTaken)
	require.ErrorContains(t, err, strconv.Itoa(taken))
}

func TestRunningServersAreLookedAtAndNotTouched(t *testing.T) {
	addrs := topologytest.Start(t, 2).Addrs()
	running := func(addrs ...string) (topology.Topology, error) {
		return topology.Start(t.Context(), topology.Options{Backend: launch.Backend{Kind: launch.KindRunning, Addrs: addrs}})
	}
	top, err := running(addrs...)
	require.NoError(t, err)
	require.Equal(t, addrs, top.Addrs())
	for _, err := range []error{
		top.Kill(0), top.Restart(t.Context(), 0), top.Freeze(1), top.Thaw(1), top.Cut(1), top.Mend(t.Context(), 1),
	} {
		require.ErrorIs(t, err, topology.ErrNotOurs)
	}
	require.NoError(t, top.Close())
	require.Equal(t, "PONG", topologytest.Clients(t, top)[0].Ping(t.Context()).Val(), "Close leaves them running")

	_, err = running(append([]string{addrs[1], addrs[0]}, addrs[2:]...)...)
	require.ErrorContains(t, err, "it is a replica of "+addrs[0]+"; name the master first")
	_, err = running(addrs[:2]...)
	require.ErrorContains(t, err, "want a master and 2 of its replicas")
}
