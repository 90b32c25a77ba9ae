package proxies

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
)

// node is a node of chapter 05, as a process of its own.
type node struct {
	*process
	name, addr string
}

// nodes starts two nodes at one embedded Redis, and waits until they deliver.
func nodes(t *testing.T, env ...string) (both []*node, redis *launch.Embedded) {
	t.Helper()
	redis, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = redis.Close() })
	for _, name := range []string{"n1", "n2"} {
		n := startNode(t, name, redis.Addr(), env...)
		require.Eventually(t, n.ready, patience, tick)
		both = append(both, n)
	}
	return both, redis
}

// startNode starts a node on a free port. It takes no slowness of this machine for an outage.
func startNode(t *testing.T, name, redis string, env ...string) *node {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	host, port, err := net.SplitHostPort(redis)
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append([]string{
		"RUN_NODE=1", "LISTEN_HOST=127.0.0.1", "PORT=0", "NODE_NAME=" + name, "PUB_HOST=" + host, "PUB_PORT=" + port,
		"ALLOWED_HOSTS=" + site,
		"PROBE_INTERVAL=1s", "PUBLISH_TIMEOUT=2m", "GORACE=atexit_sleep_ms=10",
	}, env...)
	n := &node{process: start(t, cmd, (*process).kill), name: name}
	listening := regexp.MustCompile(`msg=listening addr=(\S+)`)
	require.Eventually(t, func() bool {
		m := listening.FindStringSubmatch(n.log.String())
		if m != nil {
			n.addr = m[1]
		}
		return m != nil
	}, patience, tick, "the node never listens")
	return n
}

// ready is what the node says of itself, when it is asked past the proxy.
func (n *node) ready() bool {
	status, _ := n.get("/readyz")
	return status == http.StatusOK
}
