package interop

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	emitter "example.com/redis-chat/06-emitter"
)

// Socket.IO's key is our CHANNEL_PREFIX: what is emitted with one is heard by the node with that
// one, and by no other.
func TestKeyOfNpmsEmitterIsOurChannelPrefix(t *testing.T) {
	addrs := topologytest.Server(t, 2).Addrs()
	modules := modules(t)
	shop := ours(t, startNode(t, addrs[0], addrs[1], "shop"), "ann", "lobby")
	usual := ours(t, startNode(t, addrs[0], addrs[2], ""), "ben", "lobby")
	withKey, without := start(t, modules, "emit.js", addrs[0], "shop"), start(t, modules, "emit.js", addrs[0])
	for _, to := range [][]string{{}, {"lobby"}} {
		for text, npm := range map[string]*program{"with a key": withKey, "without": without} {
			npm.tell(map[string]any{"to": to, "event": "message", "args": []any{text}})
			require.Equal(t, "true", npm.next())
		}
	}
	for range 2 { // so that all has been published before our emitter's events
		require.Equal(t, `["message","with a key"]`, shop.next())
		require.Equal(t, `["message","without"]`, usual.next())
	}
	master := redis.NewClient(&redis.Options{Addr: addrs[0]})
	t.Cleanup(func() { master.Close() })
	for key, who := range map[string]*person{"shop": shop, "": usual} {
		e := emitter.New(master, emitter.Options{Timeout: patience, Key: key}).WaitFor(2)
		t.Cleanup(func() { e.Close() })
		_, err := e.Emit(t.Context(), "end")
		require.NoError(t, err)
		require.Equal(t, `["end"]`, who.next(), "nothing of the other's before it")
	}
}
