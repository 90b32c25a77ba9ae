package relay

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
)

func TestWhoWaitsIsFoundByNumber(t *testing.T) {
	var p pending
	_, ok := p.pop(1)
	require.False(t, ok, "nobody waits")
	now := time.Now()
	sent := map[uint64]*chat.Sent{}
	for seq := uint64(1); seq <= 6; seq++ {
		sent[seq] = new(chat.Sent)
		p.push(seq, sent[seq], now.Add(time.Duration(seq)))
	}
	w, ok := p.pop(1)
	require.True(t, ok)
	require.Same(t, sent[1], w.sent)
	require.Equal(t, now.Add(1), w.since)

	// 2 and 3 did not come back: what comes later says that they never will.
	w, ok = p.pop(4)
	require.True(t, ok)
	require.Same(t, sent[4], w.sent)
	for _, seq := range []uint64{2, 3, 4, 1} {
		_, ok = p.pop(seq)
		require.False(t, ok, "%d", seq)
	}
	w, ok = p.pop(5)
	require.True(t, ok, "asking for those that are gone takes nobody else")
	require.Same(t, sent[5], w.sent)
	_, ok = p.pop(1000)
	require.False(t, ok, "a number that nobody waits for is nobody's")
	require.Empty(t, p.queue.items)
}

func TestTheOldestAreForgottenWhenNothingComesBack(t *testing.T) {
	var p pending
	for seq := uint64(1); seq <= 3*maxPending; seq++ {
		p.push(seq, nil, time.Time{})
		if len(p.queue.items) > maxPending {
			require.FailNow(t, "no limit")
		}
	}
	require.GreaterOrEqual(t, len(p.queue.items), maxPending/2)
	_, ok := p.pop(1)
	require.False(t, ok)
	_, ok = p.pop(3 * maxPending)
	require.True(t, ok, "the newest are kept")
}

func TestPendingForgetsWhoWasTold(t *testing.T) {
	var p pending
	p.push(1, new(chat.Sent), time.Time{})
	held := p.queue.items[:1:1]
	p.pop(1)
	require.Zero(t, held[0])
}

func TestOneFillsPendingWhileAnotherEmptiesIt(t *testing.T) {
	const messages = 20_000
	var p pending
	var wg sync.WaitGroup
	pushed := make(chan uint64, 256)
	wg.Go(func() {
		for seq := uint64(1); seq <= messages; seq++ {
			p.push(seq, nil, time.Time{})
			pushed <- seq
		}
		close(pushed)
	})
	for seq := range pushed {
		if _, ok := p.pop(seq); !ok {
			t.Errorf("%d was not found", seq)
		}
	}
	wg.Wait()
}

func TestWhatProvesNothingIsForgotten(t *testing.T) {
	var p pending
	for seq := uint64(1); seq <= 5; seq++ {
		p.push(seq, new(chat.Sent), time.Now())
	}
	p.forget(3)
	_, ok := p.pop(2)
	require.True(t, ok)
	for seq := uint64(3); seq <= 5; seq++ {
		_, ok = p.pop(seq)
		require.False(t, ok, "%d", seq)
	}
	p.forget(1) // nothing is there
}

func TestAnswersAreAwaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a answered
		begin := time.Now()
		require.False(t, a.await(1, time.Second))
		require.Equal(t, time.Second, time.Since(begin))
		time.AfterFunc(time.Second, func() { a.upTo(1) })
		time.AfterFunc(2*time.Second, func() { a.upTo(7) })
		require.True(t, a.await(2, time.Minute))
		require.Equal(t, 3*time.Second, time.Since(begin))
		require.True(t, a.await(7, 0))
	})
}
