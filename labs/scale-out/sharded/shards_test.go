package sharded

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

func TestMasterThatHasFailedIsNotTheOneOfItsShard(t *testing.T) {
	node := func(port int64, role, health string) redis.Node {
		return redis.Node{Endpoint: "192.0.2.1", Port: port, Role: role, Health: health}
	}
	failed, master, replica := node(1, "master", "fail"), node(3, "master", "online"), node(2, "replica", "online")
	for _, nodes := range [][]redis.Node{{failed, replica, master}, {master, failed, replica}} {
		set, err := setOf(redis.ClusterShard{Nodes: nodes}, "192.0.2.9:7", false)
		require.NoError(t, err)
		require.Equal(t, "192.0.2.1:3", set.Master)
		require.Equal(t, []string{"192.0.2.1:2"}, set.Replicas)
	}
	_, err := setOf(redis.ClusterShard{Slots: []redis.SlotRange{{Start: 37}}, Nodes: []redis.Node{replica}}, "192.0.2.9:7", false)
	require.EqualError(t, err, "the slots from 37 on have no master")
}

func TestServerIsWhereTheClusterSaysOrWhereItWasAsked(t *testing.T) {
	for want, node := range map[string]redis.Node{
		"shop:7":      {Endpoint: "shop", IP: "192.0.2.1", Port: 7, TLSPort: 8},
		"192.0.2.1:7": {IP: "192.0.2.1", Port: 7, TLSPort: 8},
		"192.0.2.9:7": {Port: 7, TLSPort: 8},
	} {
		require.Equal(t, want, addrOf(node, "192.0.2.9:6379", false))
	}
	require.Equal(t, "shop:8", addrOf(redis.Node{Endpoint: "shop", Port: 7, TLSPort: 8}, "192.0.2.9:6379", true))
}
