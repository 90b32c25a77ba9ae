package silence_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/01-redis-basics/redistest"
	silence "example.com/redis-chat/05-distributed-relay/exercises/notice-silence"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// interval is in fake time: no machine is too slow for it.
const interval = 250 * time.Millisecond

// patience ends a hang. It says nothing about time, which in these tests is not real.
const patience = 60 * time.Second

// servers are a master and a node's replica, as far as probes can tell. They run in the one fake clock with the Watch.
type servers struct {
	t     *testing.T
	watch *silence.Watch
	delay func() time.Duration // what a probe takes to the master, the replica, and back

	mu     sync.Mutex
	silent bool // the replica brings nothing
	hangs  bool // the master does not answer

	underWay  int                  // calls of Publish
	published map[uint64]time.Time // probes that the master has taken
	last      time.Time            // when the last one was published that has come back
}

// start runs a Watch, in fake time, and a test with it. Probes come back after 10 ms.
func start(t *testing.T, test func(*servers)) {
	finished, stuck, never := make(chan struct{}), make(chan string, 1), make(chan struct{})
	go func() { // beside a clock that is real
		defer close(finished)
		synctest.Test(t, func(t *testing.T) {
			run(t, test, func(sentence string) { stuck <- sentence; <-never })
		})
	}()
	select {
	case <-finished:
	case sentence := <-stuck:
		t.Fatal(sentence)
	case <-time.After(patience):
		t.Fatal("the Watch stands still: does something wait for the lock that it holds itself?")
	}
}

func run(t *testing.T, test func(*servers), stuck func(sentence string)) {
	s := &servers{t: t, published: map[uint64]time.Time{}, delay: func() time.Duration { return 10 * time.Millisecond }}
	s.watch = &silence.Watch{Interval: interval, Publish: s.publish}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); s.watch.Run(ctx) }()
	defer func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(time.Hour):
			stuck("the context of Run has ended, and Run does not return")
		}
	}()
	if s.watch.Ready() {
		t.Error("Ready says true at the start, when no probe has come back")
	}
	s.after(10*interval - interval/2)
	if n := len(s.taken()); n != 10 {
		t.Fatalf("after 9.5 intervals %d probes were published, want 10: the first at once, and then one each interval", n)
	}
	test(s)
}

func (s *servers) publish(ctx context.Context, n uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.underWay++; s.underWay > 1 {
		s.t.Errorf("probe %d is published while the Publish of another is under way: want one at a time", n)
	}
	defer func() { s.underWay-- }()
	if s.hangs {
		s.mu.Unlock()
		<-ctx.Done()
		s.mu.Lock()
		return ctx.Err()
	}
	if _, again := s.published[n]; again {
		s.t.Errorf("probe %d is published twice", n)
		return errors.New("twice")
	}
	now := time.Now()
	s.published[n] = now
	time.AfterFunc(s.delay(), func() {
		s.mu.Lock()
		back := !s.silent
		if back {
			s.last = now
		}
		s.mu.Unlock()
		if back {
			s.watch.Back(n)
		}
	})
	return nil
}

// set changes what the servers do.
func (s *servers) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// sinceLast is how long ago the last probe was published that has come back.
func (s *servers) sinceLast() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Since(s.last)
}

// taken are the probes that the master has taken, and when.
func (s *servers) taken() map[uint64]time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.published)
}

// after lets fake time pass, until all that happens by then has happened.
func (s *servers) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// readyFor returns how long the node goes on being ready, in steps of a millisecond; at most ten intervals.
func (s *servers) readyFor() time.Duration {
	for began := time.Now(); ; s.after(time.Millisecond) {
		if took := time.Since(began); !s.watch.Ready() || took >= 10*interval {
			return took
		}
	}
}

func TestReadyWhileProbesComeBack(t *testing.T) {
	start(t, func(s *servers) {
		chance := rand.New(rand.NewPCG(1, 2))
		s.set(func() { s.delay = func() time.Duration { return time.Millisecond * time.Duration(1+chance.IntN(240)) } })
		const looks = 24000
		wrong := 0
		for range looks {
			s.after(25 * time.Millisecond)
			if !s.watch.Ready() {
				wrong++
			}
		}
		if wrong > 0 {
			t.Errorf("for ten minutes every probe has come back within an interval, and Ready said false %d times of %d: want 0", wrong, looks)
		}
	})
}

func TestSilentReplicaIsNoticed(t *testing.T) {
	start(t, func(s *servers) {
		s.set(func() { s.delay = func() time.Duration { return 200 * time.Millisecond } })
		s.after(10 * interval)
		if !s.watch.Ready() {
			t.Fatal("20 probes have come back, and Ready says false")
		}
		s.set(func() { s.silent = true })
		since := s.sinceLast()
		noticed := since + s.readyFor()
		t.Logf("noticed %v after the last probe that came back was published", noticed)
		if noticed > silence.Intervals*interval+time.Millisecond {
			t.Errorf("the replica has gone silent; the last probe that came back was published %v before Ready said false: want at most 750ms, three intervals", noticed)
		}
		if noticed < 2*interval {
			t.Errorf("Ready said false %v after the last probe that came back was published: that is too soon, the next may be late", noticed)
		}
	})
}

func TestMasterThatHangsIsNoticedAndItsReturnToo(t *testing.T) {
	start(t, func(s *servers) {
		if !s.watch.Ready() {
			t.Fatal("10 probes have come back, and Ready says false")
		}
		s.set(func() { s.hangs = true })
		since := s.sinceLast()
		if noticed := since + s.readyFor(); noticed > silence.Intervals*interval+time.Millisecond {
			t.Errorf("the master hangs; the last probe that came back was published %v before Ready said false: want at most 750ms, three intervals", noticed)
		}
		s.after(100 * interval)
		s.set(func() { s.hangs = false })
		s.after((silence.Intervals + 1) * interval)
		if !s.watch.Ready() {
			t.Error("the master has answered again for four intervals, and Ready says false: does the Publish that hung still wait?")
		}
	})
}

func TestOldProbeProvesNothing(t *testing.T) {
	start(t, func(s *servers) {
		if !s.watch.Ready() {
			t.Fatal("10 probes have come back, and Ready says false")
		}
		s.set(func() { s.silent = true }) // as when the replica is frozen
		s.after(10 * interval)
		if s.watch.Ready() {
			t.Fatal("nothing has come back for ten intervals, and Ready says true")
		}
		for n, at := range s.taken() { // it thaws: what has come first is brought first
			if time.Since(at) > 5*interval {
				s.watch.Back(n)
			}
		}
		if s.watch.Ready() {
			t.Error("probes have come back that were under way for more than five intervals, and Ready says true: what people say is just as late")
		}
		s.watch.Back(1_000_000)
		if s.watch.Ready() {
			t.Error("probe 1000000 has come back, which was never published, and Ready says true")
		}
	})
}
