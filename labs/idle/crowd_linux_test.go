package idle

import (
	"fmt"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/labs/idle/crowd"
)

// fits is how many connections this process can hold, both ends of each, up to a number. It raises the limit of descriptors where
// it may, until the test ends.
func fits(t *testing.T, most int) int {
	const others = 200
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))
	want := uint64(2*most + others)
	if limit.Cur < want && syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: want, Max: max(limit.Max, want)}) == nil {
		t.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) })
		return most
	}
	if limit.Cur < want {
		most = (int(limit.Cur) - others) / 2
		t.Logf("%d connections: a process here may have %d descriptors (ulimit -n)", most, limit.Cur)
	}
	return most
}

func TestOneMessageReachesEveryIdleClientOnce(t *testing.T) {
	conns := 20_000
	if chattest.RaceEnabled {
		conns = 2000
	}
	conns = fits(t, conns)
	n := servePolled(t, chat.Options{RatePerSecond: -1})
	people, err := crowd.New(n.Addr)
	require.NoError(t, err)
	defer people.Close()
	require.NoError(t, people.Grow(t.Context(), conns))
	for _, word := range []string{"first", "second"} {
		people.Listen(word)
		n.hub.Deliver([]chat.Event{{Name: "message", Data: fmt.Appendf(nil, "%q", word)}})
		heard, again := people.Heard()
		require.Equal(t, conns, heard)
		require.Zero(t, again)
	}
	people.Leave()
	require.NoError(t, people.Grow(t.Context(), conns), "all come back at once")
	require.Equal(t, conns, people.Size())
}
