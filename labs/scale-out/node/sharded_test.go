package node_test

import (
	"flag"
	"log/slog"
	"testing"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/redistest"
	relaynode "example.com/redis-chat/05-distributed-relay/node"
	"example.com/redis-chat/labs/scale-out/node"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

func run(t *testing.T, args ...string) error {
	var config relaynode.Config
	var sets node.Sets
	fs := flag.NewFlagSet("lanenode", flag.ContinueOnError)
	sets.Register(fs)
	require.NoError(t, config.Parse(fs, args))
	return node.Run(t.Context(), config, sets, slog.New(slog.DiscardHandler))
}

func TestWhatAClusterCannotGiveIsRefusedInASentence(t *testing.T) {
	for why, args := range map[string][]string{
		"lane move does not move them":            {"-map=x"},
		"a cluster has none":                      {"-sentinels=a:1"},
		"does not show a cluster its certificate": {"-redis-tls", "-redis-cert=x", "-redis-key=y"},
	} {
		err := run(t, append(args, "-cluster=127.0.0.1:1")...)
		require.ErrorContains(t, err, why)
		require.ErrorAs(t, err, new(*cmdline.Usage))
	}
}

func TestServerThatIsNoClusterEndsANodeForOneWithASentence(t *testing.T) {
	err := run(t, "-cluster="+redistest.Nobody(t))
	require.ErrorContains(t, err, "name a server of a Redis Cluster")
}
