package model

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
)

// What a master pays for each replica that it feeds, and a replica for what it takes and hands to its node: their own count of their CPU. The
// first two inputs of Measured come from here: CPU of the master for a message, and for each copy.
func BenchmarkMasterFeedsReplicas(b *testing.B) {
	redistest.NeedsServer(b)
	for _, batch := range []int{1, 100} {
		for _, replicas := range []int{1, 2, 4, 8} {
			b.Run(fmt.Sprintf("batches of %d/replicas %d", batch, replicas), func(b *testing.B) { feed(b, replicas, batch) })
		}
	}
}

func feed(b *testing.B, replicas, batch int) {
	top := topologytest.Start(b, replicas)
	master := redis.NewClient(&redis.Options{Addr: top.Addrs()[0]})
	defer master.Close()
	replica := redis.NewClient(&redis.Options{Addr: top.Addrs()[1]})
	defer replica.Close()
	sub := replica.Subscribe(b.Context(), "chat:lane:1")
	defer sub.Close()
	_, err := sub.Receive(b.Context())
	require.NoError(b, err)
	go func() {
		for range sub.Channel() { // until it is closed
		}
	}()
	payload := strings.Repeat("x", 214)
	atMaster, atReplica := cpu(b, master), cpu(b, replica)
	for n := 0; n < b.N; n += batch {
		_, err := master.Pipelined(b.Context(), func(pipe redis.Pipeliner) error {
			for range batch {
				pipe.Publish(b.Context(), "chat:lane:1", payload)
			}
			return nil
		})
		require.NoError(b, err)
	}
	messages := float64((b.N + batch - 1) / batch * batch)
	b.ReportMetric((cpu(b, master)-atMaster)/messages*1e6, "master-µs/op")
	b.ReportMetric((cpu(b, replica)-atReplica)/messages*1e6, "replica-µs/op")
}

func cpu(b *testing.B, c *redis.Client) (seconds float64) {
	b.Helper()
	text, err := c.Info(b.Context(), "cpu").Result()
	require.NoError(b, err)
	for _, name := range []string{"used_cpu_sys", "used_cpu_user"} {
		for line := range strings.Lines(text) {
			if value, ok := strings.CutPrefix(strings.TrimSpace(line), name+":"); ok {
				n, err := strconv.ParseFloat(value, 64)
				require.NoError(b, err)
				seconds += n
			}
		}
	}
	return seconds
}
