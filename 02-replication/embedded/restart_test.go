package embedded

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReplicaIsProvenByTheMasterOfNow(t *testing.T) {
	top, c := start(t, Options{Replicas: 1})
	require.NoError(t, c[0].Set(t.Context(), "key", strings.Repeat("x", 1000), 0).Err())
	require.NoError(t, top.Cut(1))
	require.NoError(t, c[0].Set(t.Context(), "key", strings.Repeat("y", 1000), 0).Err())
	require.NoError(t, top.Freeze(1)) // so that it cannot follow yet
	mended := make(chan error, 1)
	go func() { mended <- top.Mend(t.Context(), 1) }()
	require.Eventually(t, func() bool { // it waits for the changes that the dead master has logged
		top.mu.Lock()
		defer top.mu.Unlock()
		return top.nodes[1].linked()
	}, patience, time.Millisecond)
	require.NoError(t, top.Kill(0))
	require.NoError(t, top.Restart(t.Context(), 0))
	require.NoError(t, top.Thaw(1))
	require.NoError(t, <-mended)
	require.Empty(t, contents(t, c[1]))
}

// TestMasterIsRestartedWhileItsKeysAreCopied is for the race detector.
func TestMasterIsRestartedWhileItsKeysAreCopied(t *testing.T) {
	top, _ := start(t, Options{Replicas: 1})
	for range 20 {
		require.NoError(t, top.Kill(1))
		top.exec.Lock() // the copy has to wait for it
		restarted := make(chan error, 1)
		go func() { restarted <- top.Restart(t.Context(), 1) }()
		require.Eventually(t, func() bool {
			top.mu.Lock()
			defer top.mu.Unlock()
			return top.nodes[1].linked()
		}, patience, 100*time.Microsecond)
		require.NoError(t, top.Kill(0))
		go top.exec.Unlock()
		require.NoError(t, top.Restart(t.Context(), 0))
		require.NoError(t, <-restarted)
	}
}
