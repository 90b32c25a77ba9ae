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
