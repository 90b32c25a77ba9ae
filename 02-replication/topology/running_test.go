package topology_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
)

func TestAllRunningServersAreUsed(t *testing.T) {
	addrs := topologytest.Start(t, 3).Addrs()
	use := func(addrs []string, replicas int) (topology.Topology, error) {
		return topology.Start(t.Context(), topology.Options{Backend: launch.Backend{Kind: launch.KindRunning, Addrs: addrs}, Replicas: replicas})
	}
	for _, replicas := range []int{0, 1, 3} {
		top, err := use(addrs, replicas)
		require.NoError(t, err)
		require.Equal(t, addrs, top.Addrs(), "at least %d", replicas)
	}
	_, err := use(addrs, len(addrs))
	require.ErrorIs(t, err, topology.ErrTooFew)
	require.ErrorContains(t, err, addrs[0]+","+addrs[1])
}

// A node of a cluster says that it is a master, and what is published there goes to no replica by replication.
func TestNodeOfAClusterIsNotUsed(t *testing.T) {
	addr := redistest.Process(t, launch.ProcessOptions{Args: []string{"--cluster-enabled", "yes"}}).Addr()
	_, err := topology.Start(t.Context(), topology.Options{Backend: launch.Backend{Kind: launch.KindRunning, Addrs: []string{addr, addr}}, Replicas: 1})
	require.ErrorIs(t, err, replication.ErrCluster)
	require.ErrorContains(t, err, "use the running server "+addr+": ")
}
