package watch_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/03-pubsub/exercises/watch"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// every is the interval of the tests in fake time.
const every = time.Second

// server is a server of a few lines: what is published comes back, unless it is frozen.
type server struct {
	mu        sync.Mutex
	frozen    bool // nothing comes back
	hangs     bool // and PUBLISH is not answered either
	began     time.Time
	published []time.Duration // when, after began
	running   int             // calls of publish
	most      int             // of them at a time
	back      chan struct{}
	told      []string // "alive after 0s"
}

func newServer() *server { return &server{began: time.Now(), back: make(chan struct{}, 1000)} }

func (s *server) publish(ctx context.Context) error {
	s.mu.Lock()
	s.running++
	s.most = max(s.most, s.running)
	s.published = append(s.published, time.Since(s.began))
	hangs := s.hangs
	if !s.frozen && !hangs {
		s.back <- struct{}{}
	}
	s.mu.Unlock()
	if hangs {
		<-ctx.Done()
	}
	s.mu.Lock()
	s.running--
	s.mu.Unlock()
	return ctx.Err()
}

func (s *server) tell(alive bool) {
	word := "silent"
	if alive {
		word = "alive"
	}
	s.told = append(s.told, fmt.Sprint(word, " after ", time.Since(s.began)))
}

func (s *server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// watched runs a script while a server is watched, which at first is or is not frozen, in fake time, and returns when both
// have ended.
func watched(t *testing.T, frozen bool, script func(s *server)) (s *server) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s = newServer()
		s.frozen = frozen
		ctx, cancel := context.WithCancel(t.Context())
		var end time.Duration
		played := make(chan struct{})
		go func() {
			defer close(played)
			script(s)
			end = time.Since(s.began)
			cancel()
		}()
		returned := make(chan struct{})
		go func() {
			defer close(returned)
			watch.Watch(ctx, every, s.publish, s.back, s.tell)
		}()
		select {
		case <-returned:
		case <-time.After(time.Hour):
			t.Error("the context has ended, and an hour later Watch has not returned")
		}
		if ctx.Err() == nil {
			t.Error("Watch returned, and its context has not ended")
		} else if running := s.running; running > 0 {
			t.Errorf("Watch returned after %v, while publish was still running", time.Since(s.began))
		} else if late := time.Since(s.began) - end; late > 0 {
			t.Errorf("Watch returned %v after the end of its context", late)
		}
		<-played
	})
	return s
}

func TestItTellsAliveOnceWhileProbesComeBack(t *testing.T) {
	s := watched(t, false, func(s *server) { time.Sleep(10*every + every/2) })
	if want := []string{"alive after 0s"}; !slices.Equal(s.told, want) {
		t.Errorf("10 seconds long each probe came back; told was %q, want %q", s.told, want)
	}
	if len(s.published) != 11 {
		t.Errorf("in 10.5 seconds %d probes were published, want 11: at once, and each second", len(s.published))
	}
}

func TestItTellsThatTheServerIsFrozenAndThatItGoesOn(t *testing.T) {
	s := watched(t, false, func(s *server) {
		time.Sleep(5*every + every/2)
		s.set(func() { s.frozen = true }) // the last probe came back after 5 seconds
		time.Sleep(60 * every)
		s.set(func() { s.frozen = false })
		time.Sleep(5 * every)
	})
	if want := []string{"alive after 0s", "silent after 8s", "alive after 1m6s"}; !slices.Equal(s.told, want) {
		t.Errorf("the last probe came back after 5s, then the server was frozen until 65.5s; told was %q, want %q", s.told, want)
	}
}

func TestItTellsSilentWhenNothingEverComesBack(t *testing.T) {
	s := watched(t, true, func(s *server) {
		time.Sleep(20 * every)
	})
	if want := []string{"silent after 3s"}; !slices.Equal(s.told, want) {
		t.Errorf("20 seconds long no probe came back; told was %q, want %q", s.told, want)
	}
}

func TestAPublishThatHangsHoldsUpNothing(t *testing.T) {
	s := watched(t, false, func(s *server) {
		time.Sleep(5*every + every/2)
		s.set(func() { s.hangs = true }) // the probe after 6 seconds is not answered
		time.Sleep(4*every + every/4)
	})
	if want := []string{"alive after 0s", "silent after 8s"}; !slices.Equal(s.told, want) {
		t.Errorf("the last probe came back after 5s, the next PUBLISH hangs; told was %q, want %q", s.told, want)
	}
	if s.most > 1 {
		t.Errorf("%d calls of publish were running at the same time, want one: a turn that comes while one runs is left out", s.most)
	}
	want := []time.Duration{0, every, 2 * every, 3 * every, 4 * every, 5 * every, 6 * every}
	if slices.Equal(s.published, want) { // the one at 9 s begins when the one at 6 s has ended: either order is right
		return
	}
	if want = append(want, 9*every); !slices.Equal(s.published, want) {
		t.Errorf("the probe of 6s hangs until its context ends after 3 intervals; probes were published after %v, want %v", s.published, want)
	}
}

// The same with servers: the subscription is at a replica, probes are published at its master.
func TestAReplicaThatHasLostItsMaster(t *testing.T) {
	topologytest.Faults(t)
	const hang = 10 * time.Second // ends a wait, and says nothing about speed
	topology := topologytest.Start(t, 1)
	servers := topologytest.Clients(t, topology)
	ctx, cancel := context.WithCancel(t.Context())
	channel := redistest.Prefix(t) + "probes"
	s, err := pubsub.Subscribe(ctx, servers[1], pubsub.Options{Channels: []string{channel}})
	require.NoError(t, err)

	back, told := make(chan struct{}, 1), make(chan bool, 1000)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	running.Go(func() {
		for {
			events, err := s.Receive(ctx)
			if err != nil {
				return
			}
			for _, e := range events {
				if e.Kind == pubsub.Message {
					select {
					case back <- struct{}{}:
					default: // Watch has one to look at
					}
				}
			}
		}
	})
	ended := make(chan struct{})
	running.Go(func() {
		defer close(ended)
		watch.Watch(ctx, 50*time.Millisecond, func(ctx context.Context) error {
			return servers[0].Publish(ctx, channel, "").Err()
		}, back, func(alive bool) { told <- alive })
	})
	until := func(want bool, when string) {
		for limit := time.After(hang); ; {
			select {
			case got := <-told:
				if got == want { // a slow machine may tell more in between
					return
				}
			case <-ended:
				t.Fatal("Watch returned, and its context has not ended")
			case <-limit:
				t.Fatalf("%s: tell(%v) did not come within %v", when, want, hang)
			}
		}
	}
	until(true, "probes come back")
	require.NoError(t, topology.Cut(1))
	until(false, "the replica has lost its master, and its subscribers' connections stand")
	require.NoError(t, topology.Mend(t.Context(), 1))
	until(true, "the replica has its master again")
}
