package rediscluster_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/labs/scale-out/rediscluster"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// patience ends a wait for what is bound to come. It says nothing about speed.
const patience = 2 * time.Minute

func TestEachServerKnowsTheWholeClusterWhenItHasStarted(t *testing.T) {
	redistest.NeedsServer(t)
	redistest.NeedsVersion(t, 7, 0, "sharded Pub/Sub, for which this cluster is,")
	starting, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := rediscluster.Start(starting, rediscluster.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	require.Len(t, c.Servers(), 6)
	for _, s := range c.Servers() {
		client := redis.NewClient(&redis.Options{Addr: s.Addr(), ReadTimeout: patience})
		defer client.Close()
		shards, err := client.ClusterShards(t.Context()).Result()
		require.NoError(t, err)
		at := map[int64]map[string]string{}
		for _, shard := range shards {
			require.Len(t, shard.Nodes, 2)
			require.Len(t, shard.Slots, 1)
			of := map[string]string{}
			for _, node := range shard.Nodes {
				of[node.Role] = fmt.Sprintf("%s:%d", node.Endpoint, node.Port)
			}
			at[shard.Slots[0].Start] = of
		}
		for _, shard := range c.Shards {
			require.Equal(t, map[string]string{"master": shard.Master.Addr(), "replica": shard.Replicas[0].Addr()}, at[int64(shard.First)])
		}
	}
}

// A cluster that cannot be made leaves no server behind.
func TestServersOfAClusterThatDoesNotComeUpAreEnded(t *testing.T) {
	redistest.NeedsServer(t)
	_, err := rediscluster.Start(t.Context(), rediscluster.Options{Args: []string{"--cluster-enabled", "no"}}) // no limit of time: it is over when a server says no
	require.ErrorContains(t, err, "start a Redis Cluster: ")
	require.ErrorContains(t, err, "cluster support disabled")
}

// The second server does not start, as the first one has its file. Afterwards nobody has it.
func TestServersOfAClusterAreEndedWhenOneOfThemDoesNotStart(t *testing.T) {
	redistest.NeedsServer(t)
	file := []string{"--cluster-config-file", filepath.Join(t.TempDir(), "nodes.conf")}
	_, err := rediscluster.Start(t.Context(), rediscluster.Options{Args: file})
	require.ErrorContains(t, err, "start a Redis Cluster: ")
	require.ErrorContains(t, err, "already used by a different Redis Cluster node")
	p, err := launch.StartProcess(t.Context(), launch.ProcessOptions{Args: append(file, "--cluster-enabled", "yes")})
	require.NoError(t, err)
	require.NoError(t, p.Close())
}

func TestUnknownArgumentIsToldInTheServersWords(t *testing.T) {
	redistest.NeedsServer(t)
	_, err := rediscluster.Start(t.Context(), rediscluster.Options{Args: []string{"--no-such-setting", "yes"}})
	require.ErrorContains(t, err, "no-such-setting")
}
