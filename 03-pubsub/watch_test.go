package pubsub

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// told is an event with the time at which it was handed over, counted from the subscription's begin.
type told struct {
	Event
	after time.Duration
}

// listen collects events in the background; the function it returns gives those so far.
func listen(t *testing.T, s *Subscriber) func() []told {
	began := time.Now()
	var mu sync.Mutex
	var got []told
	go func() {
		for {
			events, err := s.Receive(t.Context())
			if err != nil {
				return
			}
			mu.Lock()
			for _, e := range events {
				got = append(got, told{e, time.Since(began)})
			}
			mu.Unlock()
		}
	}()
	return func() []told {
		synctest.Wait() // until the collector waits in Receive
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(got)
	}
}

func kinds(got []told) (kinds []Kind) {
	for _, e := range got {
		if e.Kind != Message {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds
}

const (
	interval = 100 * time.Millisecond
	probing  = "probe"
)

// watched subscribes at a scripted server with a probe every 100 ms that takes the way probe says.
func watched(t *testing.T, server *scripted, probe func(context.Context) error) func() []told {
	return watchedWith(t, server, Options{Probe: probe})
}

func watchedWith(t *testing.T, server *scripted, o Options) func() []told {
	ctx, cancel := context.WithCancel(t.Context())
	client := server.client()
	o.Channels, o.ProbeInterval = []string{"news", probing}, interval
	o.ConfirmProbe = func(channel, _ string) bool { return channel == probing }
	s, err := Subscribe(ctx, client, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		cancel()
		server.drop()
		require.NoError(t, client.Close())
		synctest.Wait()
	})
	return listen(t, s)
}

func TestProbesThatComeBackProveDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var server scripted
		events := watched(t, &server, func(context.Context) error { go server.publish(probing, ""); return nil })
		time.Sleep(time.Minute)
		require.Equal(t, []Kind{Subscribed, Alive}, kinds(events()))
		require.Equal(t, 1, server.dialed())
	})
}

func TestSilenceBehindAnAnsweringServerKeepsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var server scripted
		var cut atomic.Bool
		events := watched(t, &server, func(context.Context) error {
			if !cut.Load() {
				go server.publish(probing, "")
			}
			return nil
		})
		time.Sleep(interval * 3 / 2)
		cut.Store(true)
		time.Sleep(time.Minute)
		got := events()
		require.Equal(t, []Kind{Subscribed, Alive, Silent}, kinds(got))
		silent := got[len(got)-1]
		require.ErrorIs(t, silent.Err, ErrNotBack)
		require.ErrorContains(t, silent.Err, "192.0.2.1:6379 may be frozen, or a replica that has lost its master")
		require.InDelta(t, 4*interval, silent.after, float64(interval), "three intervals after the last probe")
		require.LessOrEqual(t, server.dialed(), 1+60/3, "it answers PING: only another server could help")

		cut.Store(false)
		time.Sleep(2 * interval)
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Alive}, kinds(events()))
	})
}

func TestAnErrorAsAnswerToAPingIsASignOfLife(t *testing.T) {
	for _, refusal := range []string{
		"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
		"LOADING Redis is loading the dataset in memory",
		"BUSY Redis is busy running a script.",
	} {
		t.Run(strings.Fields(refusal)[0], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := scripted{refusal: refusal}
				events := watched(t, &server, func(context.Context) error { return nil })
				time.Sleep(time.Minute)
				require.Equal(t, []Kind{Subscribed, Silent}, kinds(events()))
				server.publish("news", "late")
				got := events()
				require.Equal(t, "late", got[len(got)-1].Payload)
			})
		})
	}
}

func TestMasterThatIsAwayIsNotBlamedOnTheReplica(t *testing.T) {
	for name, away := range map[string]func(context.Context) error{
		"refuses": func(context.Context) error { return errRefused },
		"hangs":   func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var server scripted
				var isAway atomic.Bool
				events := watched(t, &server, func(ctx context.Context) error {
					if isAway.Load() {
						return away(ctx)
					}
					go server.publish(probing, "")
					return nil
				})
				time.Sleep(10 * interval)
				isAway.Store(true)
				time.Sleep(3 * interval)
				got := events()
				require.Equal(t, []Kind{Subscribed, Alive, Silent}, kinds(got))
				require.ErrorIs(t, got[len(got)-1].Err, ErrNotPublished)
				require.NotErrorIs(t, got[len(got)-1].Err, ErrNotBack)
				require.ErrorContains(t, got[len(got)-1].Err, "the subscription at 192.0.2.1:6379 may be fine")
				time.Sleep(time.Minute)
				require.Equal(t, []Kind{Subscribed, Alive, Silent}, kinds(events()), "told once")
				require.Equal(t, 1, server.dialed())

				isAway.Store(false)
				time.Sleep(2 * silentAfter * interval)
				require.Equal(t, []Kind{Subscribed, Alive, Silent, Alive}, kinds(events()))
			})
		})
	}
}

func TestSilenceIsToldAgainWhenItsCauseChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var server scripted
		var refuses atomic.Bool
		events := watched(t, &server, func(context.Context) error { // never comes back
			if refuses.Load() {
				return errRefused
			}
			return nil
		})
		time.Sleep(time.Second)
		require.ErrorIs(t, events()[1].Err, ErrNotBack)
		refuses.Store(true)
		time.Sleep(time.Second)
		got := events()
		require.Equal(t, []Kind{Subscribed, Silent, Silent}, kinds(got))
		require.ErrorIs(t, got[2].Err, ErrNotPublished)
		require.ErrorIs(t, got[2].Err, errRefused)
	})
}

func TestProbesGoOnWithoutASubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := scripted{refuse: errRefused}
		var probes atomic.Int64
		events := watched(t, &server, func(context.Context) error { probes.Add(1); return nil })
		time.Sleep(10*interval + interval/2)
		require.Equal(t, []Kind{Disconnected}, kinds(events()))
		require.EqualValues(t, 11, probes.Load(), "other nodes learn from them what they have missed")
	})
}

func TestOutageIsToldOncePerReasonAndDialsBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := scripted{refuse: errRefused}
		events := watched(t, &server, func(context.Context) error { return nil })
		time.Sleep(time.Minute)
		require.Equal(t, []Kind{Disconnected}, kinds(events()))
		var waits []time.Duration
		for i := range len(server.dials) - 1 {
			waits = append(waits, server.dials[i+1].Sub(server.dials[i]))
		}
		for i, most := range []time.Duration{50, 100, 200, 250, 250, 250} {
			most *= time.Millisecond
			require.LessOrEqual(t, waits[i], most)
			require.GreaterOrEqual(t, waits[i], most/2)
		}

		server.set(func() { server.refuse = errors.New("no route to host") })
		time.Sleep(lastBackoff)
		got := events()
		require.Equal(t, []Kind{Disconnected, Disconnected}, kinds(got))
		require.EqualError(t, got[1].Err, "subscribe at 192.0.2.1:6379: no route to host")
	})
}

func TestEveryChannelIsConfirmedBeforeSubscribedIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := scripted{unconfirmed: probing}
		events := watched(t, &server, func(context.Context) error { return nil })
		synctest.Wait()
		server.publish("news", "early")
		time.Sleep(time.Second)
		require.Empty(t, events())
		time.Sleep(time.Second + time.Millisecond)
		require.Equal(t, []Kind{Disconnected}, kinds(events()))

		server.set(func() { server.unconfirmed = "" })
		time.Sleep(time.Second)
		require.Equal(t, []Kind{Disconnected, Subscribed}, kinds(events())[:2])
	})
}

func TestMessageBeforeTheLastConfirmationIsHandedOverAfterSubscribed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := scripted{unconfirmed: probing}
		events := watched(t, &server, func(context.Context) error { return nil })
		synctest.Wait()
		server.publish("news", "early")
		server.set(func() { server.peers[0].send("*3\r\n$9\r\nsubscribe\r\n$5\r\nprobe\r\n:2\r\n") })
		got := events()
		require.Len(t, got, 2)
		require.Equal(t, Subscribed, got[0].Kind)
		require.Equal(t, "early", got[1].Payload)
	})
}

// Without the dialer that works once, go-redis connects and subscribes anew inside the Receive that
// reports the error, and the dial comes before Disconnected.
func TestNoConnectionIsMadeBehindOurBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var server scripted
		events := watched(t, &server, func(context.Context) error { go server.publish(probing, ""); return nil })
		for range 20 {
			time.Sleep(3 * time.Second)
			server.drop()
		}
		time.Sleep(3 * time.Second)
		subscribed := 0
		for _, kind := range kinds(events()) {
			if kind == Subscribed {
				subscribed++
			}
		}
		require.Equal(t, 21, subscribed)
		require.Equal(t, subscribed, server.dialed())

		server.set(func() { server.unconfirmed = probing }) // and while it waits for the confirmation
		server.drop()
		time.Sleep(time.Second)
		dialed := server.dialed()
		server.drop()
		synctest.Wait() // no time passes: the pause before the next attempt is still to come
		require.Equal(t, dialed, server.dialed())
	})
}

func TestAProcessThatDidNotRunBlamesNobody(t *testing.T) {
	now := time.Now()
	o := Options{ProbeInterval: interval, QueueBytes: 1000}
	s := &Subscriber{o: o, link: newLink(o)}
	s.link.up(&connection{addr: "192.0.2.1:6379"}, nil)
	s.link.since = now.Add(-time.Hour)
	w := newWatcher(s)
	w.forgive(time.Hour)
	w.judge(t.Context(), now)
	events := s.link.queue.takeAll()
	require.Len(t, events, 1)
	require.Equal(t, Subscribed, events[0].Kind)
}

// The first probe can be on its way before there is a subscription that hears it.
func TestConfirmationIsFollowedByAProbeThoughOneIsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := scripted{frozen: true} // confirms when the first probe is out
		var sent atomic.Int32
		events := watched(t, &server, func(context.Context) error {
			if sent.Add(1) == 1 {
				server.set(func() { server.frozen = false })
				time.Sleep(interval / 5)
				return nil // nobody has heard it
			}
			go server.publish(probing, "")
			return nil
		})
		time.Sleep(interval / 2)
		require.Equal(t, []Kind{Subscribed, Alive}, kinds(events()))
	})
}
