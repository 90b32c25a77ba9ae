package system

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/06-emitter/system/status"
)

func TestWhatASentinelSaidJustBeforeItWasFrozenDoesNotThawIt(t *testing.T) {
	frozen := time.Now()
	w := watcher{heard: status.Up, fault: status.Frozen, since: frozen}
	w.answered(frozen.Add(-time.Millisecond))
	require.Equal(t, status.Frozen, w.State)
	w.answered(frozen.Add(time.Millisecond))
	require.Equal(t, status.Up, w.State, "somebody else has thawed it")
}
