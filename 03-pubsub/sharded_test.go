package pubsub

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// A server that is no cluster knows the commands, too: all slots are its own.
func TestShardedSubscriptionBringsWhatIsPublishedAtTheShard(t *testing.T) {
	redistest.NeedsServer(t)
	redistest.NeedsVersion(t, 7, 0, "sharded Pub/Sub")
	client := redistest.Start(t)
	prefix := redistest.Prefix(t)
	r := subscribe(t, client, Options{Channels: []string{prefix + "a"}, Sharded: true})
	r.until(Subscribed)
	require.NoError(t, r.s.Add(t.Context(), prefix+"b"))
	r.until(Added)
	require.NoError(t, client.Publish(t.Context(), prefix+"a", "to others").Err())
	for _, channel := range []string{"a", "b"} {
		require.NoError(t, client.SPublish(t.Context(), prefix+channel, "to "+channel).Err())
	}
	require.Equal(t, []string{"to a", "to b"}, r.payloads(2))

	r.s.Remove(prefix + "b")
	require.NoError(t, r.s.Add(t.Context(), prefix+"c")) // SUNSUBSCRIBE is carried out before it
	r.until(Added)
	for _, channel := range []string{"b", "c"} {
		require.NoError(t, client.SPublish(t.Context(), prefix+channel, "to "+channel).Err())
	}
	require.Equal(t, []string{"to c"}, r.payloads(1))
}

func TestShardedSubscriptionRefusesPatterns(t *testing.T) {
	client := (&scripted{}).client()
	defer client.Close()
	_, err := Subscribe(t.Context(), client, Options{Channels: []string{"a"}, Patterns: []string{"b*"}, Sharded: true})
	require.ErrorContains(t, err, "Sharded with a pattern")
}

// A cluster moves a slot: the server ends its channels, and keeps the connection. Without a word of ours that would be silence for good.
func TestSubscriptionEndsWhenASlotOfItsLeavesTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := scripted{}
		client := server.client()
		s, err := Subscribe(t.Context(), client, Options{Channels: []string{"a", "b"}, Sharded: true})
		require.NoError(t, err)
		events := listen(t, s)
		synctest.Wait()
		require.Equal(t, []Kind{Subscribed}, kinds(events()))
		server.mu.Lock()
		server.peers[0].send("*3\r\n$12\r\nsunsubscribe\r\n$1\r\nb\r\n:1\r\n")
		server.mu.Unlock()
		synctest.Wait()
		all := events()
		require.Equal(t, []Kind{Subscribed, Disconnected}, kinds(all))
		require.ErrorContains(t, all[1].Err, "its slot is at another shard by now")
		server.drop()
		require.NoError(t, client.Close())
		synctest.Wait()
	})
}

// Its slot has moved while nobody heard it here, or the user may not hear it, or a script keeps the server busy. Whoever asks for that would wait for
// ever, and nobody would know why.
func TestSubscriptionEndsWhenTheServerRefusesAChannelThatIsAdded(t *testing.T) {
	for _, why := range []string{
		"MOVED 9248 192.0.2.2:6379",
		"CLUSTERDOWN The cluster is down",
		"NOPERM this user has no permissions to run the 'ssubscribe' command",
		"NOPERM this user has no permissions to access one of the channels used as arguments",
		"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
	} {
		for _, sharded := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				server := scripted{refuses: "b", why: why}
				client := server.client()
				ctx, cancel := context.WithCancel(t.Context())
				s, err := Subscribe(ctx, client, Options{Channels: []string{"a"}, Sharded: sharded})
				require.NoError(t, err)
				events := listen(t, s)
				synctest.Wait()
				require.Equal(t, []Kind{Subscribed}, kinds(events()))
				adding, end := context.WithCancel(ctx)
				added := make(chan error)
				go func() { added <- s.Add(adding, "b") }()
				synctest.Wait()
				all := events()
				require.Equal(t, []Kind{Subscribed, Disconnected}, kinds(all), why)
				require.EqualError(t, all[1].Err, "subscription at 192.0.2.1:6379: connection lost: the server refuses a channel: "+why)
				end()
				require.ErrorIs(t, <-added, context.Canceled)
				cancel()
				server.drop()
				require.NoError(t, client.Close())
				synctest.Wait()
			})
		}
	}
}

// That is an answer as good as any other: the connection is alive.
func TestPINGThatIsRefusedEndsNoSubscription(t *testing.T) {
	for _, why := range []string{
		"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
		"NOPERM this user has no permissions to run the 'ping' command",
		"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
	} {
		synctest.Test(t, func(t *testing.T) {
			server := scripted{refusal: why}
			client := server.client()
			s, err := Subscribe(t.Context(), client, Options{Channels: []string{"a"}, Sharded: true})
			require.NoError(t, err)
			events := listen(t, s)
			synctest.Wait()
			require.NoError(t, s.Add(t.Context(), "b"))
			s.link.conn.ping(t.Context())
			synctest.Wait()
			require.Equal(t, []Kind{Subscribed, Added}, kinds(events()))
			server.drop()
			require.NoError(t, client.Close())
			synctest.Wait()
		})
	}
}
