package replication_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topologytest"
)

// Nothing that is published at a replica can prove anything, however long one waits.
func TestReplicaProvesNothing(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	err := replication.AwaitReplicas(t.Context(), addrs[1], 0)
	require.ErrorIs(t, err, replication.ErrReplica)
	require.ErrorContains(t, err, "wait for the replicas of "+addrs[1]+": this is a replica (ERR WAIT cannot be used with replica instances.")
	require.ErrorContains(t, err, "name its master")

	err = replication.AwaitReplica(t.Context(), addrs[1], addrs[0], func() bool { return true })
	require.ErrorIs(t, err, replication.ErrReplica)
	require.ErrorContains(t, err, "ask "+addrs[1])
}
