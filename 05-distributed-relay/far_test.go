package relay

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// far is a dialer of a server to which every packet takes oneWay. Of them a share is
// lost, which TCP notices and mends after a round trip and 200 ms.
func far(dial func(context.Context, string, string) (net.Conn, error), oneWay time.Duration, lost float64) func(context.Context, string, string) (net.Conn, error) {
	chance := rand.New(rand.NewPCG(1, 2))
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		select {
		case <-time.After(2 * oneWay):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		server, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		ours, theirs := net.Pipe()
		seed := chance.Uint64()
		go carry(server, ours, oneWay, lost, rand.New(rand.NewPCG(seed, 1)))
		go carry(ours, server, oneWay, lost, rand.New(rand.NewPCG(seed, 2)))
		return theirs, nil
	}
}

// carry copies in one direction, late and in order, until one end is closed.
func carry(to, from net.Conn, oneWay time.Duration, lost float64, chance *rand.Rand) {
	type packet struct {
		bytes []byte
		due   time.Time
	}
	packets := make(chan packet, 1<<12)
	go func() {
		defer to.Close()
		for p := range packets {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.bytes); err != nil {
				from.Close()
			}
		}
	}()
	defer close(packets)
	for {
		bytes := make([]byte, 32<<10)
		n, err := from.Read(bytes)
		if err != nil {
			return
		}
		due := time.Now().Add(oneWay)
		if chance.Float64() < lost {
			due = due.Add(2*oneWay + 200*time.Millisecond)
		}
		packets <- packet{bytes[:n], due}
	}
}

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
					PubAddr: "192.0.2.1:6379", dial: far(server.dial, way.roundTrip/2, way.lost),
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
				for range 900 { // 90 s and what the answers take
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

// When the way grows, answers are late, and the log says that and no guess.
func TestSlowAnswersAreCalledSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var master scripted
		ctx, cancel := context.WithCancel(t.Context())
		var log redistest.Buffer
		r := New(Options{PubAddr: "192.0.2.1:6379", dial: far(master.dial, 190*time.Millisecond, 0), Log: slog.New(slog.NewTextHandler(&log, nil))})
		ended := make(chan struct{})
		go func() { defer close(ended); r.publisher.run(ctx) }()
		for r.publishProbe(ctx) != nil {
			time.Sleep(10 * time.Millisecond) // it is connecting
		}
		master.set(func() { master.frozen = true })
		require.Error(t, r.publishProbe(ctx))
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
		dial: far(new(net.Dialer).DialContext, 200*time.Millisecond, 0),
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
