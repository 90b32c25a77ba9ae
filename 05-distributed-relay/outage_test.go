package relay_test

import (
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	relay "example.com/redis-chat/05-distributed-relay"
)

// A server that has no room says so, and the node says what to do, once each where it
// publishes and where it subscribes, however often it tries.
func TestServerThatIsFullIsToldOnceWithAdvice(t *testing.T) {
	redistest.NeedsServer(t)
	server := redistest.Start(t)
	admin := server.Conn()
	defer admin.Close()
	require.NoError(t, admin.ConfigSet(t.Context(), "maxclients", "1").Err())
	n := startNode(t, relay.Options{PubAddr: server.Options().Addr, Prefix: redistest.Prefix(t), ProbeInterval: lively.ProbeInterval}) // so it often publishes
	require.Eventually(t, func() bool {
		var refused int
		text, err := admin.Info(t.Context(), "stats").Result()
		require.NoError(t, err)
		_, text, _ = strings.Cut(text, "rejected_connections:")
		_, err = fmt.Sscan(text, &refused)
		require.NoError(t, err)
		return refused >= 60
	}, patience, patience/1000)
	n.awaitLines(t, "it has as many clients as it takes: raise its maxclients, or end some (ERR max number of clients reached)", 1)
	require.LessOrEqual(t, strings.Count(n.log.String(), "level=WARN"), 4, "waiting for both, the subscription, the publisher:\n%s", n.log)
	require.NotContains(t, n.log.String(), "closed the connection without an answer")

	require.NoError(t, admin.ConfigSet(t.Context(), "maxclients", "10000").Err())
	n.awaitReady(t)
}

// A server that hangs up does so as a broken pipe, a reset connection, an end.
func TestServerThatHangsUpIsToldOnce(t *testing.T) {
	var tries atomic.Int32
	addr := redistest.Listen(t, func(c net.Conn) {
		if tries.Add(1)%2 == 0 {
			_ = c.(*net.TCPConn).SetLinger(0)
		}
	})
	n := startNode(t, relay.Options{PubAddr: addr, Prefix: redistest.Prefix(t), ProbeInterval: lively.ProbeInterval})
	require.Eventually(t, func() bool { return tries.Load() >= 80 }, patience, patience/1000)
	require.LessOrEqual(t, strings.Count(n.log.String(), "level=WARN"), 4, "%s", n.log)
}
