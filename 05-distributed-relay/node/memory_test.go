package node

import (
	"context"
	"runtime/debug"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
)

func TestManyConnectionsAreCollectedSooner(t *testing.T) {
	percent := fewPercent
	for _, step := range []struct{ connections, want int }{
		{0, 100}, {501, 100}, {999, 100}, {1000, 50}, {50_000, 50}, {501, 50}, {500, 100}, {999, 100},
	} {
		percent = gcPercent(percent, step.connections)
		require.Equal(t, step.want, percent, "%d connections", step.connections)
	}
}

func TestMemoryIsGivenBackOnceAfterARush(t *testing.T) {
	var tide tide
	turns := func(connections ...int) (n int) {
		for _, c := range connections {
			if tide.turns(c) {
				n++
			}
		}
		return n
	}
	require.Zero(t, turns(0, 0, 0, 0, 0, 0, 900, 900, 900, 900, 900, 900), "few")
	require.Zero(t, turns(2000, 4000, 6000, 8000, 10_000), "they come")
	require.Zero(t, turns(10_000, 10_000, 10_000))
	require.Equal(t, 1, turns(10_010, 10_000, 9990, 10_010, 10_000, 10_010), "they have come")
	require.Zero(t, turns(11_000, 11_000, 11_000, 11_000, 11_000, 11_000), "some more are no rush")
	require.Equal(t, 1, turns(20_000, 20_000, 20_000, 20_000, 20_000, 20_000))
	require.Zero(t, turns(3000, 3000, 3000, 3000, 3000, 3000), "they have gone: the next collection will do")
	require.Equal(t, 1, turns(9000, 20_000, 20_000, 20_000, 20_000, 20_000), "and are back")
}

func TestWhoSetsGOGCHasDecided(t *testing.T) {
	t.Setenv("GOGC", "200")
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		ended := false
		go func() { watchMemory(t.Context(), hub); ended = true }()
		synctest.Wait()
		require.True(t, ended, "it watches")
	})
}

func TestMemoryIsWatchedUntilTheEnd(t *testing.T) {
	t.Setenv("GOGC", "")
	before := debug.SetGCPercent(fewPercent)
	defer debug.SetGCPercent(before)
	hub, err := chat.NewHub(chat.Options{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	watchMemory(ctx, hub)
	require.Equal(t, fewPercent, debug.SetGCPercent(fewPercent), "as it was")
}
