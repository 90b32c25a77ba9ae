package pubsub

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// flow is a watched subscription at a scripted server at which a numbered message is published each 20 ms.
type flow struct {
	t      *testing.T
	server scripted
	events func() []told
	sent   int
	away   atomic.Bool // no probe can be published
}

// startFlow tests inside synctest. Without a Probe in o, each one comes back.
func startFlow(t *testing.T, o Options, test func(*flow)) {
	synctest.Test(t, func(t *testing.T) {
		f := &flow{t: t}
		if o.Probe == nil {
			o.Probe = func(context.Context) error {
				if f.away.Load() {
					return errRefused
				}
				f.server.publish(probing, "")
				return nil
			}
		}
		f.events = watchedWith(t, &f.server, o)
		synctest.Wait() // it is subscribed
		f.send(time.Second)
		test(f)
	})
}

func (f *flow) send(during time.Duration) {
	for until := time.Now().Add(during); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		f.sent++
		f.server.publish("news", strconv.Itoa(f.sent))
		synctest.Wait() // it has come as far as it comes
	}
	synctest.Wait()
}

// peer changes the connection of that number.
func (f *flow) peer(i int, change func(*peer)) {
	f.server.set(func() { change(f.server.peers[i]) })
}

// open is how many connections there are.
func (f *flow) open() (n int) {
	synctest.Wait()
	f.server.mu.Lock()
	defer f.server.mu.Unlock()
	for _, p := range f.server.peers {
		if !p.closed {
			n++
		}
	}
	return n
}

// received are the numbers that were handed over, which must be rising: in order, and nothing twice.
func (f *flow) received() (numbers []int) {
	f.t.Helper()
	last := 0
	for _, e := range f.events() {
		if e.Kind == Message && !e.Probe {
			n, err := strconv.Atoi(e.Payload)
			require.NoError(f.t, err)
			require.Greater(f.t, n, last)
			last = n
			numbers = append(numbers, n)
		}
	}
	return numbers
}

func (f *flow) kinds() []Kind { return kinds(f.events()) }

func (f *flow) last(kind Kind) (found told) {
	for _, e := range f.events() {
		if e.Kind == kind {
			found = e
		}
	}
	return found
}

func TestFrozenServerBringsAllOfItLater(t *testing.T) {
	startFlow(t, Options{}, func(f *flow) {
		f.server.set(func() { f.server.frozen = true })
		f.send(5 * time.Second)
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Silent}, f.kinds())
		require.EqualError(t, f.last(Silent).Err, "probes are published but do not come back: 192.0.2.1:6379 has not answered a PING for 300ms either: "+
			"it is frozen, or the way there is broken; a second connection is tried")
		f.server.set(func() { f.server.frozen = false })
		f.send(time.Second)
		require.Len(t, f.received(), f.sent)
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Silent, Alive}, f.kinds())
		require.Equal(t, 1, f.open(), "those beside it are closed")
	})
}

func TestWhatTheNetworkHeldBackArrivesThoughAStandbyBringsIt(t *testing.T) {
	startFlow(t, Options{}, func(f *flow) {
		f.peer(0, func(p *peer) { p.held = true })
		f.send(time.Second) // the standby brings messages and probes
		require.Equal(t, 2, f.open())
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Silent}, f.kinds(), "they are held back")
		f.peer(0, func(p *peer) { p.held = false })
		f.send(time.Second)
		require.Len(t, f.received(), f.sent)
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Silent, Alive}, f.kinds())
		require.Equal(t, 1, f.open())
	})
}

func TestStandbyTakesOverWhenTheSilentConnectionEnds(t *testing.T) {
	startFlow(t, Options{}, func(f *flow) {
		f.peer(0, func(p *peer) { p.held = true })
		before := f.sent
		f.send(time.Second)
		f.peer(0, func(p *peer) { p.Close() })
		f.send(time.Second)
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Silent, Disconnected, Subscribed, Alive}, f.kinds())
		require.ErrorContains(t, f.last(Disconnected).Err, "the server closed the connection")
		got := f.received()
		require.Equal(t, f.sent, got[len(got)-1])
		require.Less(t, f.sent-len(got), 45, "only what was published before the standby was confirmed")
		require.Equal(t, got[before]+len(got)-before-1, f.sent, "all after that")
		require.Equal(t, 2, f.server.dialed())

		// It is watched as the first one was.
		f.peer(1, func(p *peer) { p.held = true })
		f.send(time.Second)
		f.peer(1, func(p *peer) { p.held = false })
		f.send(time.Second)
		require.Equal(t, []Kind{Silent, Silent, Alive}, f.kinds()[7:])
		require.Len(t, f.received(), len(got)+100)
		require.Equal(t, 3, f.server.dialed())
		f.server.drop()
		time.Sleep(time.Second)
		require.Equal(t, []Kind{Disconnected, Subscribed, Alive}, f.kinds()[10:])
		require.Equal(t, 4, f.server.dialed())
	})
}

func TestAddressThatLeadsToAnotherServerIsNoticed(t *testing.T) {
	startFlow(t, Options{}, func(f *flow) {
		began := time.Now()
		f.peer(0, func(p *peer) { p.deaf = true }) // its server has left, and answers PING
		for f.last(Disconnected).Kind == 0 && time.Since(began) < time.Minute {
			f.send(interval)
		}
		require.LessOrEqual(t, time.Since(began), (elsewhereAfter+2)*silentAfter*interval)
		require.ErrorContains(t, f.last(Disconnected).Err, "the address leads to another server now")
		f.send(time.Second)
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Disconnected, Subscribed, Alive}, f.kinds())
		require.Equal(t, f.sent, f.received()[len(f.received())-1])
		require.Equal(t, 1, f.open())
	})
}

func TestConnectionThatNothingComesFromIsGivenUp(t *testing.T) {
	startFlow(t, Options{}, func(f *flow) {
		f.peer(0, func(p *peer) { p.held = true })
		f.send(10 * time.Second)
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Silent, Disconnected, Subscribed, Alive}, f.kinds())
		require.ErrorContains(t, f.last(Disconnected).Err, "given up: nothing for")
		require.Less(t, f.last(Disconnected).after, 4*time.Second, "as long again as the silence had lasted")
		f.peer(0, func(p *peer) { p.held = false })
		f.send(time.Second)
		require.Equal(t, f.sent, f.received()[len(f.received())-1])
		require.Equal(t, 1, f.open())
	})
}

func TestBothWaitWhereNeitherBringsAProbe(t *testing.T) {
	startFlow(t, Options{}, func(f *flow) {
		f.server.set(func() { f.server.cut = true })
		time.Sleep(time.Minute)
		require.Equal(t, []Kind{Subscribed, Alive, Silent}, f.kinds())
		require.LessOrEqual(t, f.server.dialed(), 1+60/3, "a new standby now and then")
		require.GreaterOrEqual(t, f.server.dialed(), 1+60/6, "a new standby now and then")
		f.server.set(func() { f.server.cut = false })
		f.send(time.Second)
		require.Len(t, f.received(), f.sent)
		require.Equal(t, []Kind{Subscribed, Alive, Silent, Alive}, f.kinds())
		require.Equal(t, 1, f.open())
	})
}

func TestWhatIsHeldIsBounded(t *testing.T) {
	const most = 25 * (eventBytes + len("news") + 3)
	t.Run("a standby that brings probes takes over", func(t *testing.T) {
		startFlow(t, Options{QueueBytes: most}, func(f *flow) {
			f.peer(0, func(p *peer) { p.held = true })
			f.send(1500 * time.Millisecond)
			require.Contains(t, f.last(Disconnected).Err.Error(), "a second connection has brought more than")
			got := f.received()
			require.Equal(t, f.sent, got[len(got)-1])
		})
	})
	t.Run("what another one holds is given up", func(t *testing.T) {
		o := Options{QueueBytes: most, Probe: func(context.Context) error { return nil }} // published, and never back
		startFlow(t, o, func(f *flow) {
			f.peer(0, func(p *peer) { p.held = true })
			f.send(10 * time.Second)
			f.server.mu.Lock()
			last := f.server.peers[len(f.server.peers)-1]
			f.server.mu.Unlock()
			require.NotEmpty(t, last.channels)
			f.peer(0, func(p *peer) { p.Close() })
			f.send(20 * time.Millisecond)
			got := f.received()
			require.Equal(t, f.sent, got[len(got)-1])
			require.LessOrEqual(t, len(got), 50+25+1)
		})
	})
}

func TestAnyMessageIsProofWhileNoProbeCanBePublished(t *testing.T) {
	startFlow(t, Options{}, func(f *flow) {
		time.Sleep(interval / 2) // no probe is out
		f.away.Store(true)
		f.peer(0, func(p *peer) { p.held = true })
		f.send(10 * time.Second)
		require.Equal(t, f.sent, f.received()[len(f.received())-1])
	})
}
