package shares

import (
	"context"
	"flag"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/redistest"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	"example.com/redis-chat/labs/scale-out/lane"
	"example.com/redis-chat/labs/scale-out/node"
)

// The test program is a node, too, when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv("KIND") != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		context.AfterFunc(ctx, stop)
		os.Exit(cmdline.Exit("node", run(ctx), os.Stderr))
	}
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

func run(ctx context.Context) error {
	var config relaynode.Config
	var sets node.Sets
	fs := flag.NewFlagSet("node", flag.ContinueOnError)
	sets.Register(fs)
	if err := config.Parse(fs, nil); err != nil {
		return err
	}
	return node.Run(ctx, config, sets, config.Logger())
}

// What the table shows is that no two nodes have a room in common, and that each has rooms at both sets.
func TestEachNodeHasRoomsOfItsOwnAtBothSets(t *testing.T) {
	of := rooms(125)
	require.Len(t, of, most)
	lanesOf := map[lane.Lane]int{}
	for node, rooms := range of {
		require.Len(t, rooms, 125)
		sets := map[int]int{}
		for _, room := range rooms {
			l := lane.Of(room)
			if other, taken := lanesOf[l]; taken {
				require.Equal(t, other, node, "lane %d", l)
			}
			lanesOf[l] = node
			sets[int(l)%2]++
		}
		require.Len(t, sets, 2)
		require.InDelta(t, sets[0], sets[1], 60, "about half of them at each")
	}
}

func TestMetricIsReadByItsWholeName(t *testing.T) {
	const page = "# TYPE chat_x counter\nchat_x_total 3\nchat_x 37.5\n"
	n, err := metric(page, "chat_x")
	require.NoError(t, err)
	require.Equal(t, 37.5, n)
	_, err = metric(page, "chat_y")
	require.EqualError(t, err, "the node's /metrics have no chat_y")
}

// Two nodes on lanes of two sets, or shards, and what their processes and servers count: each message is delivered to the two others of its room.
func TestRowIsWhatNodesAndServersHaveCounted(t *testing.T) {
	for _, kind := range []kind{lanesOfSets, shardedOf2} {
		t.Run(string(kind), func(t *testing.T) {
			redistest.NeedsServer(t)
			if kind == shardedOf2 {
				redistest.NeedsVersion(t, 7, 0, "sharded Pub/Sub")
			}
			self, err := os.Executable()
			require.NoError(t, err)
			o := Options{Command: []string{self}, Rooms: 2, Every: 50 * time.Millisecond, For: time.Second}
			before, after, err := row{kind, 2, 2}.measure(t.Context(), o)
			require.NoError(t, err)
			require.Greater(t, after.cpu, before.cpu)
			require.Greater(t, after.deliveries, before.deliveries)
			require.Len(t, after.messages, 2)
			published := 0.
			for set := range 2 {
				require.Greater(t, after.messages[set], before.messages[set])
				require.Greater(t, after.bytes[set], before.bytes[set])
				published += float64(after.messages[set])
			}
			// Since the start: nothing is delivered before it is published, and the servers were asked behind the nodes.
			require.Greater(t, 2*published, after.deliveries, "with the probes it is more")
		})
	}
}
