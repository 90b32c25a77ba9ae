package dial_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/dial"
	"example.com/redis-chat/01-redis-basics/launch"
)

func TestOnceSendsNothingTwiceAndNothingAhead(t *testing.T) {
	var commands atomic.Int32
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{Hook: func(p *server.Peer, cmd string, _ ...string) bool {
		if cmd == "CLIENT" {
			t.Error("CLIENT goes ahead of the first command")
		}
		if cmd != "PUBLISH" {
			return false
		}
		commands.Add(1)
		p.Close() // its answer is lost
		return true
	}})
	require.NoError(t, err)
	defer s.Close()
	c := redis.NewClient(dial.Once(redis.Options{Addr: s.Addr(), DialTimeout: patience, ReadTimeout: patience, WriteTimeout: patience}))
	defer c.Close()
	require.Equal(t, dial.ConnectionEnded, dial.Diagnose(c.Publish(t.Context(), "room", "hi").Err()))
	require.EqualValues(t, 1, commands.Load())
}

func TestOnceKeepsWhatIsGiven(t *testing.T) {
	given := redis.Options{Addr: "127.0.0.1:7379", Username: "chat", Password: "secret", Protocol: 2, PoolSize: 3, ReadTimeout: 4 * time.Second}
	o := dial.Once(given)
	require.Equal(t, 4*time.Second, o.ReadTimeout)
	require.Equal(t, time.Second, o.DialTimeout)
	require.Equal(t, time.Second, o.WriteTimeout)
	require.Equal(t, []any{"127.0.0.1:7379", "chat", "secret", 2, 3}, []any{o.Addr, o.Username, o.Password, o.Protocol, o.PoolSize})
	require.Zero(t, given.MaxRetries, "what was given is not changed")
}
