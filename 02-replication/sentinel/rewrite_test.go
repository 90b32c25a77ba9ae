package sentinel_test

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/sentinel"
)

// A Sentinel has a server write what has become of it into the server's own file (CONFIG REWRITE). The server is that again after a restart,
// though no Sentinel is left that could make it of the server anew.
func TestServerWithAFileOfItsOwnStartsAgainAsWhatSentinelMadeOfIt(t *testing.T) {
	t.Parallel()
	const atOnce = "repl-diskless-sync-delay 0" // else a replica waits for others, five seconds
	master := redistest.Process(t, launch.ProcessOptions{File: []string{atOnce}})
	host, port, _ := net.SplitHostPort(master.Addr())
	replica := redistest.Process(t, launch.ProcessOptions{File: []string{atOnce, fmt.Sprintf("replicaof %s %s", host, port)}})
	require.Eventually(t, func() bool { return follows(t, replica, master) }, patience, 10*time.Millisecond)
	watcher := redistest.Process(t, launch.ProcessOptions{Sentinel: []string{
		fmt.Sprintf("sentinel monitor mymaster %s %s 1", host, port),
		"sentinel down-after-milliseconds mymaster 120000", // it makes the other one the master when it is told to, and only then
	}})
	require.Eventually(t, func() bool {
		v, err := sentinel.Find(t.Context(), sentinel.Options{Addrs: []string{watcher.Addr()}})
		return err == nil && len(v.Replicas) == 1 && v.Replicas[0].Linked
	}, patience, 10*time.Millisecond)
	c := redis.NewSentinelClient(&redis.Options{Addr: watcher.Addr(), Protocol: 2, MaxRetries: -1, ReadTimeout: patience})
	defer c.Close()
	require.NoError(t, c.Failover(t.Context(), "mymaster").Err())
	require.Eventually(t, func() bool { return follows(t, master, replica) }, patience, 10*time.Millisecond)

	for _, p := range []*launch.Process{watcher, master, replica} {
		require.NoError(t, p.Kill())
	}
	for _, p := range []*launch.Process{master, replica} {
		require.NoError(t, p.Restart(t.Context()))
	}
	r, err := role(t, replica)
	require.NoError(t, err)
	require.Equal(t, replication.Master, r.Name, "it was promoted")
	r, err = role(t, master)
	require.NoError(t, err)
	require.Equal(t, replica.Addr(), r.Master, "it was made a replica")
	require.Eventually(t, func() bool { return follows(t, master, replica) }, patience, 10*time.Millisecond)
}

func follows(t *testing.T, replica, master *launch.Process) bool {
	r, err := role(t, replica) // a Sentinel that makes a replica of it cuts off its clients
	return err == nil && r.Master == master.Addr() && r.Link == replication.Connected
}

func role(t *testing.T, p *launch.Process) (replication.Role, error) {
	c := redis.NewClient(&redis.Options{Addr: p.Addr(), MaxRetries: -1, DialTimeout: patience, ReadTimeout: patience})
	defer c.Close()
	return replication.ReadRole(t.Context(), c)
}
