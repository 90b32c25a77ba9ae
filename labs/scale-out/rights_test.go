package scaleout_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

// The rights are those of chat-node in docs/security.md without the adapter's channels, which lanes do not use, and behind them those that the lab's text
// names besides.
const rights = "+publish +psubscribe +ping +role +client|setname &*chat:probe &*chat:presence " +
	"+subscribe +unsubscribe +watch +multi +exec +get ~*chat:moves &*chat:moves* &*chat:lane:*"

func TestNodeServesSetsWithTheRightsThatTheTextNames(t *testing.T) {
	redistest.NeedsServer(t)
	redistest.NeedsVersion(t, 6, 2, "a user's rights to channels")
	s := &several{cluster: &cluster{t: t, prefix: redistest.Prefix(t), user: "chat-node", password: "secret"}, file: filepath.Join(t.TempDir(), "map")}
	s.top = topologytest.Server(t, 1)
	addrs := s.top.Addrs()
	var admins []*redis.Client
	for _, addr := range addrs {
		admin := redis.NewClient(&redis.Options{Addr: addr, ReadTimeout: patience})
		defer admin.Close()
		admins = append(admins, admin)
		user := []any{"acl", "setuser", s.user, "on", ">" + s.password, "resetchannels", "-@all"}
		for _, right := range strings.Fields(rights) {
			user = append(user, right)
		}
		require.NoError(t, admin.Do(t.Context(), user...).Err())
	}
	m := &lanemap.Map{Sets: []lanemap.Set{{Name: "set-a", Master: addrs[0], Replicas: addrs[1:]}}}
	require.NoError(t, m.Write(s.file))
	s.startNode(1)
	s.ready(0, true)
	alice, bob := s.dial(0, "alice", "lobby"), s.dial(0, "bob", "lobby")
	alice.does("join", "go")
	require.EqualValues(t, 1, s.subscribers(0, "go"))
	alice.does("leave", "go")
	require.Eventually(t, func() bool { return s.subscribers(0, "go") == 0 }, patience, tick, "a second later")
	alice.say("hi")
	bob.hears("hi")
	s.ready(0, true)
	for _, admin := range admins { // also what hinders no message
		require.Empty(t, admin.ACLLog(t.Context(), 10).Val(), "what was refused")
	}
}
