package relay_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	replication "example.com/redis-chat/02-replication"
	"example.com/redis-chat/02-replication/topologytest"
	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
)

// runWith runs a relay that is bound to fail, and returns why it did.
func runWith(t *testing.T, o relay.Options) error {
	t.Helper()
	r := relay.New(calm(o))
	hub, err := chat.NewHub(chat.Options{Relay: r})
	require.NoError(t, err)
	return r.Run(t.Context(), hub)
}

func TestReplicaToPublishAtIsAMistake(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	err := runWith(t, relay.Options{PubAddr: addrs[1], SubAddr: addrs[1], Prefix: redistest.Prefix(t)})
	var mistake *relay.Mistake
	require.ErrorAs(t, err, &mistake)
	require.EqualError(t, err, "publish to "+addrs[1]+": this is a replica; publish to its master, "+addrs[0]+" (PUB_HOST, PUB_PORT)")
}

func TestWhatIsNotRedisIsAMistake(t *testing.T) {
	web := httptest.NewServer(nil)
	defer web.Close()
	addr := strings.TrimPrefix(web.URL, "http://")
	for _, o := range []relay.Options{
		{PubAddr: addr},
		{PubAddr: redistest.Start(t).Options().Addr, SubAddr: addr},
	} {
		o.Prefix = redistest.Prefix(t)
		var mistake *relay.Mistake
		err := runWith(t, o)
		require.ErrorAs(t, err, &mistake)
		require.ErrorContains(t, err, addr+": this does not answer as Redis does")
		require.NotContains(t, err.Error(), "\n")
	}
}

func TestServerThatCarriesNoMessagesIsAMistake(t *testing.T) {
	good := redistest.Process(t, launch.ProcessOptions{}).Addr()
	for want, addr := range map[error]string{
		replication.ErrSentinel: redistest.Sentinel(t),
		replication.ErrCluster:  redistest.Process(t, launch.ProcessOptions{Args: []string{"--cluster-enabled", "yes"}}).Addr(),
	} {
		for what, o := range map[string]relay.Options{
			"publish to ":   {PubAddr: addr, SubAddr: good},
			"subscribe at ": {PubAddr: good, SubAddr: addr},
		} {
			var mistake *relay.Mistake
			err := runWith(t, o)
			require.ErrorAs(t, err, &mistake)
			require.ErrorIs(t, err, want)
			require.EqualError(t, err, what+addr+": "+want.Error())
		}
	}
}

func TestWrongPasswordIsAMistake(t *testing.T) {
	addr := redistest.Process(t, launch.ProcessOptions{Args: []string{"--requirepass", "right"}}).Addr()
	for _, password := range []string{"", "wrong"} {
		var mistake *relay.Mistake
		err := runWith(t, relay.Options{PubAddr: addr, Password: password})
		require.ErrorAs(t, err, &mistake)
		require.ErrorContains(t, err, "REDIS_PASSWORD")
	}
	startNode(t, relay.Options{PubAddr: addr, Password: "right"}).awaitReady(t)
}

func TestServerThatIsNotThereYetIsWaitedFor(t *testing.T) {
	topologytest.Faults(t)
	c := &cluster{t: t, top: topologytest.Start(t, 1), prefix: redistest.Prefix(t)}
	require.NoError(t, c.top.Kill(1))
	n := c.addNode(1)
	require.Eventually(t, func() bool {
		reason, ready := n.relay.Ready()
		return !ready && strings.Contains(reason, c.top.Addrs()[1])
	}, patience, time.Millisecond, "the reason names who is missing")
	status, _ := fetch(t, n.url+"/healthz")
	require.Equal(t, 200, status, "alive")
	require.NoError(t, c.top.Restart(t.Context(), 1))
	n.awaitReady(t)
}
