package replication_test

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
)

// checkMode is what a program does before it publishes or subscribes, with both protocols.
func checkMode(t *testing.T, addr string) error {
	t.Helper()
	var first error
	for _, protocol := range []int{2, 3} {
		c := redis.NewClient(&redis.Options{Addr: addr, Protocol: protocol, DialTimeout: patience, ReadTimeout: patience})
		defer c.Close()
		role, err := replication.ReadRole(t.Context(), c)
		require.NoError(t, err)
		if err := replication.CheckMode(t.Context(), c, role); protocol == 2 {
			first = err
		} else {
			require.Equal(t, first, err, "in RESP3 as in RESP2")
		}
	}
	return first
}

func TestServerThatIsAloneOrHasReplicasPasses(t *testing.T) {
	require.NoError(t, checkMode(t, redistest.Start(t).Options().Addr))
}

func TestSentinelIsNoServerForMessages(t *testing.T) {
	require.ErrorIs(t, checkMode(t, redistest.Sentinel(t)), replication.ErrSentinel)
}

func TestNodeOfAClusterIsNoServerForMessages(t *testing.T) {
	server := redistest.Process(t, launch.ProcessOptions{Args: []string{"--cluster-enabled", "yes"}})
	require.ErrorIs(t, checkMode(t, server.Addr()), replication.ErrCluster)
}
