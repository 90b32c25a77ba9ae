package streams

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/dial"
)

// waiter is somebody who waits for a place.
type waiter struct {
	at     place
	server *archive
	err    error
	done   bool
}

func (p *progress) waitFor(ctx context.Context, ms uint64) *waiter {
	w := &waiter{}
	go func() {
		w.at, w.server, w.err = p.await(ctx, place{id: ID{Time: ms}})
		w.done = true
	}()
	synctest.Wait()
	return w
}

// reader has come to a server, and to a place.
func comeTo(p *progress, addr string, ms uint64) {
	p.arrive(*dial.Once(redis.Options{Addr: addr}))
	p.begin(place{id: ID{Time: ms}})
}

func TestServerIsAskedWhenAProbeHasComeBackByIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProgress()
		comeTo(p, "first:6379", 5)
		time.Sleep(time.Millisecond)
		p.prove(time.Now())
		require.Equal(t, "first:6379", p.waitFor(t.Context(), 5).server.Options().Addr)

		comeTo(p, "second:6379", 5)
		time.Sleep(time.Millisecond)
		w := p.waitFor(t.Context(), 3)
		require.False(t, w.done, "it may be behind the first one")
		p.prove(time.Now())
		synctest.Wait()
		require.True(t, w.done)
		require.NoError(t, w.err)
		require.Equal(t, "second:6379", w.server.Options().Addr)
	})
}

func TestWaitForAPlaceEndsWithAProbeThatWasPublishedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProgress()
		comeTo(p, "first:6379", 5)
		time.Sleep(time.Millisecond)
		p.prove(time.Now())
		time.Sleep(time.Second)
		ahead, elsewhere := p.waitFor(t.Context(), 6), p.waitFor(t.Context(), 99)
		p.prove(time.Now().Add(-time.Millisecond)) // published before they came
		p.begin(place{id: ID{Time: 6}})
		synctest.Wait()
		require.True(t, ahead.done)
		require.NoError(t, ahead.err)
		require.False(t, elsewhere.done)

		p.prove(time.Now().Add(time.Millisecond))
		synctest.Wait()
		require.ErrorIs(t, elsewhere.err, errElsewhere)
		require.Equal(t, uint64(6), elsewhere.at.id.Time, "it goes on from where the node is")
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w := newProgress().waitFor(ctx, 0)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.ErrorIs(t, w.err, context.DeadlineExceeded)
		require.Nil(t, w.server)
	})
}

// Whoever reads at a server that the node leaves may end, and is the last.
func TestServerThatIsLeftIsClosedByItsLastReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newProgress()
		comeTo(p, "127.0.0.1:1", 5)
		time.Sleep(time.Millisecond)
		p.prove(time.Now())
		a, b := p.waitFor(t.Context(), 0).server, p.waitFor(t.Context(), 0).server
		require.False(t, p.giveBack(a), "it is still the node's")
		p.arrive(*dial.Once(redis.Options{Addr: "127.0.0.1:2"}))
		require.NotErrorIs(t, b.Ping(t.Context()).Err(), redis.ErrClosed)
		require.True(t, p.giveBack(b))
		require.ErrorIs(t, b.Ping(t.Context()).Err(), redis.ErrClosed)
	})
}

// Two masters, and what was read of the first one alone.
func TestPlaceThatIsLostIsTheLastOneBeforeItThatIsNot(t *testing.T) {
	p := newProgress()
	common := place{id: ID{Time: 5}, nr: 3}
	p.forked(common, []entrySeen{{place: place{id: ID{Time: 90}, nr: 4}}, {place: place{id: ID{Time: 91}, nr: 5}}})
	other := place{id: ID{Time: 91}, nr: 6}
	for at, want := range map[place]struct {
		place
		all bool
	}{
		{id: ID{Time: 91}, nr: 5}:                     {place{common.id, 3, ID{Time: 91}}, true},
		{id: ID{Time: 90}, nr: 4, heard: ID{Time: 7}}: {place{common.id, 3, ID{Time: 90}}, false},
		other: {other, false},
	} {
		here, all := p.onThis(at)
		require.Equal(t, want.place, here)
		require.Equal(t, want.all, all)
	}
}
