package embedded

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

func listen(t *testing.T, c *redis.Client, channel string) *redis.PubSub {
	t.Helper()
	sub := c.Subscribe(t.Context(), channel)
	t.Cleanup(func() { sub.Close() })
	_, err := sub.Receive(t.Context())
	require.NoError(t, err)
	return sub
}

func TestBurstArrivesInOrderAtEveryReplica(t *testing.T) {
	if testing.Short() {
		t.Skip("long: it runs once, in the run on real servers (leave -short away)")
	}
	_, c := start(t, Options{})
	a, b := listen(t, c[1], "room"), listen(t, c[2], "room")

	const messages = 10_000
	payload := func(i int) string { return fmt.Sprintf("%06d", i) + strings.Repeat(".", 122) }
	began := time.Now()
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; i < messages; {
			_, err := c[0].Pipelined(t.Context(), func(p redis.Pipeliner) error {
				for range 100 {
					p.Publish(t.Context(), "room", payload(i))
					i++
				}
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
		}
	})
	for i := range messages {
		for _, sub := range []*redis.PubSub{a, b} {
			msg, err := sub.ReceiveMessage(t.Context())
			require.NoError(t, err)
			require.Equal(t, payload(i), msg.Payload)
		}
	}
	wg.Wait()
	t.Logf("%d messages to two replicas in %v", messages, time.Since(began).Round(time.Millisecond))
}

func TestLagIsKept(t *testing.T) {
	top, c := start(t, Options{})
	require.NoError(t, top.SetLag(1, time.Hour))
	const changes, lag = 2000, 100 * time.Millisecond
	_, err := c[0].Pipelined(t.Context(), func(p redis.Pipeliner) error {
		for range changes {
			p.Incr(t.Context(), "n")
		}
		return nil
	})
	require.NoError(t, err)
	require.EqualValues(t, 1, c[0].Wait(t.Context(), 1, patience).Val(), "the other replica has no lag")
	require.Zero(t, c[1].Exists(t.Context(), "n").Val())

	require.NoError(t, top.SetLag(1, lag))
	last := time.Now()
	require.NoError(t, c[0].Incr(t.Context(), "n").Err())
	all(t, c[0], 2) // each change is late by the lag, not by the sum of them: that is longer than patience
	require.GreaterOrEqual(t, time.Since(last), lag)
	require.Equal(t, "2001", c[1].Get(t.Context(), "n").Val())
}

func TestWaitBlocksItsOwnConnectionOnly(t *testing.T) {
	top, c := start(t, Options{Replicas: 1})
	require.NoError(t, top.Freeze(1))
	require.NoError(t, c[0].Set(t.Context(), "key", "1", 0).Err())
	waiting := make(chan int64)
	go func() { waiting <- c[0].Wait(t.Context(), 1, 0).Val() }()
	for range 100 {
		require.NoError(t, c[0].Incr(t.Context(), "n").Err())
	}
	select {
	case <-waiting:
		t.Fatal("WAIT has answered, though the replica is frozen")
	default:
	}
	require.NoError(t, top.Thaw(1))
	require.EqualValues(t, 1, <-waiting)
}

func TestKilledMasterAnswersNobody(t *testing.T) {
	top, c := start(t, Options{Replicas: 1})
	require.NoError(t, top.Freeze(1))
	require.NoError(t, c[0].Set(t.Context(), "key", "1", 0).Err())
	require.NoError(t, top.Freeze(0))
	ended := make(chan error)
	go func() { ended <- c[0].Do(t.Context(), "WAIT", 1, 0).Err() }()
	require.NoError(t, top.Kill(0))
	require.Error(t, <-ended)
}

func TestBacklogDecidesBetweenPartialAndFullResync(t *testing.T) {
	top, c := start(t, Options{Replicas: 1, Backlog: 10_000})
	require.Equal(t, 1, top.Resyncs(1))

	require.NoError(t, top.Cut(1))
	require.NoError(t, c[0].Set(t.Context(), "key", strings.Repeat("x", 9_000), 0).Err())
	require.NoError(t, top.Mend(t.Context(), 1))
	require.Equal(t, 1, top.Resyncs(1), "the backlog reaches back")

	require.NoError(t, top.Cut(1))
	require.NoError(t, c[0].Set(t.Context(), "key", strings.Repeat("y", 9_000), 0).Err())
	require.NoError(t, c[0].Set(t.Context(), "last", strings.Repeat("z", 2_000), 0).Err())
	require.NoError(t, top.Mend(t.Context(), 1))
	require.Equal(t, 2, top.Resyncs(1), "it does not")
	require.Equal(t, contents(t, c[0]), contents(t, c[1]))
}

func TestLogDoesNotGrowForEver(t *testing.T) {
	top, c := start(t, Options{Backlog: 10_000})
	require.NoError(t, top.Cut(2)) // a replica that may never come back
	for range 50 {
		_, err := c[0].Pipelined(t.Context(), func(p redis.Pipeliner) error {
			for range 100 {
				p.Publish(t.Context(), "room", strings.Repeat("x", 100))
			}
			return nil
		})
		require.NoError(t, err)
	}
	all(t, c[0], 1)
	require.NoError(t, c[0].Publish(t.Context(), "room", "").Err())
	top.mu.Lock()
	defer top.mu.Unlock()
	require.Greater(t, top.log.end, int64(500_000))
	require.LessOrEqual(t, top.log.end-top.log.start, int64(10_000))
	require.Less(t, len(top.log.entries), 100)
}

// subscribeAndNeverRead subscribes by hand, so that nobody reads what arrives.
func subscribeAndNeverRead(t *testing.T, c *redis.Client, channel string) net.Conn {
	t.Helper()
	lazy, err := net.Dial("tcp", c.Options().Addr)
	require.NoError(t, err)
	t.Cleanup(func() { lazy.Close() })
	_, err = fmt.Fprintf(lazy, "*2\r\n$9\r\nSUBSCRIBE\r\n$%d\r\n%s\r\n", len(channel), channel)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return c.PubSubNumSub(t.Context(), channel).Val()[channel] == 1 }, patience, time.Millisecond)
	return lazy
}

// TestSubscriberThatDoesNotReadFreezesItsReplicaAlone: miniredis writes to subscribers while it holds the lock of its server.
func TestSubscriberThatDoesNotReadFreezesItsReplicaAlone(t *testing.T) {
	_, c := start(t, Options{})
	lazy := subscribeAndNeverRead(t, c[1], "room")
	sub := listen(t, c[2], "room")

	megabyte := strings.Repeat("x", 1<<20)
	for range 20 {
		require.NoError(t, c[0].Publish(t.Context(), "room", megabyte).Err())
		_, err := sub.ReceiveMessage(t.Context())
		require.NoError(t, err)
	}
	all(t, c[0], 1)
	require.EqualValues(t, 1, c[0].Wait(t.Context(), 2, 50*time.Millisecond).Val(), "one replica is stuck")
	lazy.Close()
	all(t, c[0], 2)
}

func TestStuckServerCanBeKilled(t *testing.T) {
	for i := range 2 {
		t.Run([]string{"master", "replica"}[i], func(t *testing.T) {
			top, c := start(t, Options{Replicas: 1})
			subscribeAndNeverRead(t, c[i], "room")
			var wg sync.WaitGroup
			wg.Go(func() {
				for range 20 {
					if c[0].Publish(t.Context(), "room", strings.Repeat("x", 1<<20)).Err() != nil {
						return
					}
				}
			})
			require.Eventually(t, func() bool { // a PING that is not answered
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				conn := redis.NewClient(&redis.Options{Addr: top.Addrs()[i], ContextTimeoutEnabled: true})
				defer conn.Close()
				return conn.Get(ctx, "key").Err() == context.DeadlineExceeded
			}, patience, time.Millisecond)
			require.NoError(t, top.Kill(i))
			wg.Wait()
			require.NoError(t, top.Restart(t.Context(), i))
			// A new client: after many failed dials go-redis repeats the last error for up to a second without a dial.
			fresh := redis.NewClient(&redis.Options{Addr: top.Addrs()[0], DialTimeout: patience, ReadTimeout: patience})
			defer fresh.Close()
			all(t, fresh, 1)
		})
	}
}

func TestKeysExpireAtTheSamePlaceOfTheLog(t *testing.T) {
	top, c := start(t, Options{})
	require.NoError(t, top.SetLag(2, 20*time.Millisecond))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for range 300 {
				key := fmt.Sprint("limit", w)
				if c[0].Incr(t.Context(), key).Val() == 1 { // a rate limit: the first one starts the time
					c[0].PExpire(t.Context(), key, 2*time.Millisecond)
				}
				c[1].Get(t.Context(), key) // a read lets the replica's clock run
				c[0].Append(t.Context(), "log", c[0].Get(t.Context(), key).Val()+" ")
			}
		})
	}
	wg.Wait()
	for w := range 4 {
		require.NoError(t, c[0].Persist(t.Context(), fmt.Sprint("limit", w)).Err())
	}
	all(t, c[0], 2)
	want := contents(t, c[0])
	require.Equal(t, want, contents(t, c[1]))
	require.Equal(t, want, contents(t, c[2]))
}

func TestLinkThatIsCutAndMendedUnderLoadAppliesEachChangeOnce(t *testing.T) {
	top, c := start(t, Options{Replicas: 1})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					c[0].Incr(t.Context(), "n")
				}
			}
		})
	}
	for range 100 {
		c[0].Incr(t.Context(), "n") // so that there is something to apply
		require.NoError(t, top.Cut(1))
		c[0].Incr(t.Context(), "n")
		require.NoError(t, top.Mend(t.Context(), 1))
	}
	close(stop)
	wg.Wait()
	all(t, c[0], 1)
	require.Equal(t, c[0].Get(t.Context(), "n").Val(), c[1].Get(t.Context(), "n").Val())
	require.Equal(t, 1, top.Resyncs(1))
}
