package streams

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/dial"
	chat "example.com/redis-chat/04-websocket-chat"
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
	at := func(ms uint64, nr int64) place { return place{id: ID{Time: ms}, nr: nr} }
	type answer struct {
		here   place
		heard  uint64
		behind chat.Lost
	}
	asked := func(at place) answer {
		here, heard, behind := p.onThis(at)
		return answer{here, heard, behind}
	}
	seen := func(at ...place) (all []entrySeen) {
		for _, at := range at {
			all = append(all, entrySeen{place: at})
		}
		return all
	}
	require.Equal(t, answer{at(91, 5), 0, chat.Lost{}}, asked(at(91, 5)))

	common := at(5, 3)
	p.forked(common, seen(at(90, 4), at(91, 5)), chat.Lost{Seats: 7})
	require.Equal(t, answer{common, 1, chat.Lost{}}, asked(at(90, 4)))
	require.Equal(t, answer{common, 2, chat.Lost{}}, asked(at(91, 5)))
	require.Equal(t, answer{at(91, 6), 0, chat.Lost{Seats: 7, Nth: 2}}, asked(at(91, 6)), "the new master's: whoever comes from there may have heard it elsewhere")
	require.Equal(t, answer{common, 0, chat.Lost{}}, asked(common))

	p.forked(at(4, 2), seen(common), chat.Lost{Seats: 9, Nth: 2}) // a third master
	require.Equal(t, answer{at(4, 2), 1, chat.Lost{}}, asked(at(90, 4)))
	require.Equal(t, answer{at(4, 2), 3, chat.Lost{}}, asked(common))
	require.Equal(t, answer{at(6, 3), 0, chat.Lost{Seats: 9, Nth: 3}}, asked(at(6, 3)))
}
