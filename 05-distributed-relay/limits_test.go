package relay_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/05-distributed-relay/pack"
)

// The wire to clients and the wire through Redis know nothing of each other, and
// what one lets through the other must not refuse.
func TestBothWiresAllowTheSameDepth(t *testing.T) {
	require.Equal(t, frame.MaxDepth, pack.MaxDepth)
}
