package embedded

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
)

// hang makes a server answer nobody any more: its miniredis waits for a lock that the test holds until its end. A master has
// begun to carry out a command when hang returns; a replica will with the next change.
func hang(t *testing.T, top *Topology, i int) {
	t.Helper()
	n := top.nodes[i]
	c := redis.NewClient(&redis.Options{Addr: n.server.Addr(), MaxRetries: -1, ReadTimeout: patience})
	t.Cleanup(func() { c.Close() })
	require.NoError(t, c.Ping(t.Context()).Err()) // it has a connection
	n.data.Lock()
	t.Cleanup(n.data.Unlock)
	if i > 0 {
		return
	}
	go c.Incr(t.Context(), "key")
	require.Eventually(t, func() bool {
		top.mu.Lock()
		defer top.mu.Unlock()
		return top.executing
	}, patience, time.Millisecond)
}

func TestTopologyThatHangsIsClosedInTime(t *testing.T) {
	for i, which := range []string{"master", "replica"} {
		t.Run(which, func(t *testing.T) {
			top, err := Start(t.Context(), Options{Replicas: 2, StopTimeout: 50 * time.Millisecond})
			require.NoError(t, err)
			hang(t, top, i)
			if i > 0 { // its link hangs, too
				c := redis.NewClient(&redis.Options{Addr: top.Addrs()[0], ReadTimeout: patience})
				defer c.Close()
				require.NoError(t, c.Publish(t.Context(), "room", "hello").Err())
				all(t, c, 1) // the other one has it
			}
			err = top.Close()
			require.ErrorIs(t, err, launch.ErrHangs)
			require.ErrorContains(t, err, top.Addrs()[i])
			require.ErrorContains(t, top.Restart(t.Context(), i), "start a new topology")
			require.NoError(t, top.Close(), "a second time there is nothing to wait for")
		})
	}
}

func TestPatternThatIsNotKnownToBeTranslatedIsRefused(t *testing.T) {
	_, c := start(t, Options{Replicas: 1})
	for _, server := range c {
		require.ErrorContains(t, server.Keys(t.Context(), "[ab").Err(), `does not know the pattern "[ab"`)
		require.NoError(t, server.Keys(t.Context(), "[ab]*").Err())
	}
}
