package relay

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

func always(oneWay time.Duration) func() time.Duration { return func() time.Duration { return oneWay } }

// With the defaults a node is ready, and stays it, from one side of the world to the
// other, and on a network that loses.
func TestFarServersAreReadyAndSteady(t *testing.T) {
	for name, way := range map[string]struct {
		roundTrip time.Duration
		lost      float64
	}{
		"beside":            {0, 0},
		"70 ms, 0.5 % lost": {70 * time.Millisecond, 0.005},
		"200 ms":            {200 * time.Millisecond, 0},
		"400 ms":            {400 * time.Millisecond, 0},
		"200 ms, 1 % lost":  {200 * time.Millisecond, 0.01},
		"400 ms, 1 % lost":  {400 * time.Millisecond, 0.01},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var server scripted
				var log redistest.Buffer
				r := New(Options{
					PubAddr: "192.0.2.1:6379", dial: redistest.Far(server.dial, always(way.roundTrip/2), way.lost),
					Log: slog.New(slog.NewTextHandler(&log, nil)),
				})
				hub, err := chat.NewHub(chat.Options{Relay: r})
				require.NoError(t, err)
				ctx, cancel := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- r.Run(ctx, hub) }()
				ready := func() {
					time.Sleep(15*way.roundTrip + 3*time.Second)
					synctest.Wait()
					reason, ready := r.Ready()
					require.True(t, ready, "%s\n%s", reason, &log)
				}
				ready()

				told := strings.Count(log.String(), LogNotReady)
				failed := 0
				for range 300 { // 30 s and what the answers take
					m := own(wire.PresenceChannel)
					answer := make(chan error, 1)
					m.since, m.done = time.Now(), func(err error) { answer <- err }
					require.True(t, r.publisher.outbox.put(m))
					if err := <-answer; err != nil {
						failed++
					}
					time.Sleep(100 * time.Millisecond)
				}
				require.Equal(t, told, strings.Count(log.String(), LogNotReady), "%s", &log)
				require.Zero(t, failed, "%s", &log)

				server.drop()
				ready() // it comes back as it came

				cancel()
				server.drop()
				require.NoError(t, <-ended)
				time.Sleep(6 * time.Second) // go-redis: what it dials in the background
			})
		})
	}
}

// A queue on the way from the replica lets all probes come back, but late.
func TestLateMessagesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var server scripted
		var log redistest.Buffer
		var queued atomic.Int64
		slow := redistest.Far(server.dial, func() time.Duration { return time.Duration(queued.Load()) }, 0)
		r := New(Options{
			PubAddr: "192.0.2.1:6379", SubAddr: "192.0.2.2:6379", Log: slog.New(slog.NewTextHandler(&log, nil)),
			dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
				if addr == "192.0.2.2:6379" {
					return slow(ctx, network, addr)
				}
				return server.dial(ctx, network, addr)
			},
		})
		hub, err := chat.NewHub(chat.Options{Relay: r})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- r.Run(ctx, hub) }()
		// grow lets the queue become so long, slowly: probes come back all the time.
		grow := func(to time.Duration) {
			for queued.Load() != int64(to) {
				step := min(max(int64(to)-queued.Load(), -int64(100*time.Millisecond)), int64(100*time.Millisecond))
				queued.Add(step)
				time.Sleep(500 * time.Millisecond)
			}
			time.Sleep(2*to + 3*time.Second)
			synctest.Wait()
		}
		grow(900 * time.Millisecond)
		reason, ready := r.Ready()
		require.True(t, ready, reason)
		require.NotContains(t, log.String(), LogLate)

		grow(4 * time.Second)
		reason, ready = r.Ready()
		require.True(t, ready, reason)
		require.Equal(t, 1, strings.Count(log.String(), LogLate), "%s", &log)
		require.InDelta(t, 4, time.Duration(r.metrics.delay.Load()).Seconds(), 0.2)

		grow(6 * time.Second)
		reason, ready = r.Ready()
		require.False(t, ready)
		require.Contains(t, reason, "messages come 6s late, and MAX_DELAY is 5s")

		grow(4 * time.Second)
		reason, ready = r.Ready()
		require.True(t, ready, reason)
		require.NotContains(t, log.String(), LogInTime)

		grow(0)
		reason, ready = r.Ready()
		require.True(t, ready, reason)
		require.Equal(t, 1, strings.Count(log.String(), LogInTime), "%s", &log)
		require.Equal(t, 1, strings.Count(log.String(), LogNotReady), "%s", &log)

		cancel()
		server.drop()
		require.NoError(t, <-ended)
		time.Sleep(10 * time.Second)
	})
}

// When the way grows, answers are late, and the log says that and no guess.
func TestSlowAnswersAreCalledSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var master scripted
		ctx, cancel := context.WithCancel(t.Context())
		var log redistest.Buffer
		r := New(Options{PubAddr: "192.0.2.1:6379", dial: redistest.Far(master.dial, always(190*time.Millisecond), 0), Log: slog.New(slog.NewTextHandler(&log, nil))})
		ended := make(chan struct{})
		go func() { defer close(ended); r.publisher.run(ctx) }()
		for r.publishProbe(ctx) != nil {
			time.Sleep(10 * time.Millisecond) // it is connecting
		}
		master.set(func() { master.frozen = true })
		require.Error(t, r.publishProbe(ctx))
		synctest.Wait() // it is logged after that
		require.Contains(t, log.String(), "publish to 192.0.2.1:6379: no answer within")
		require.Contains(t, log.String(), "it usually answers after 380ms")

		cancel()
		master.drop()
		<-ended
		time.Sleep(6 * time.Second)
	})
}

// The same with the server that WORKBOOK_REDIS asks for, in real time.
func TestServerThatIsFarAwayIsReachedWithTheDefaults(t *testing.T) {
	t.Parallel() // it waits for what is far
	r := New(Options{
		PubAddr: redistest.Start(t).Options().Addr, Prefix: redistest.Prefix(t),
		dial: redistest.Far(new(net.Dialer).DialContext, always(200*time.Millisecond), 0),
	})
	hub, err := chat.NewHub(chat.Options{Relay: r})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx, hub) }()
	require.Eventually(t, func() bool { _, ready := r.Ready(); return ready }, Patience, time.Millisecond)
	require.NoError(t, r.publishProbe(ctx))
	cancel()
	require.NoError(t, <-ended)
}
