package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReservedNames(t *testing.T) {
	for _, event := range []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"} {
		require.Equal(t, "Socket.IO's own", Reserved(event), event)
	}
	for _, event := range []string{"$", "$welcome", "$connect"} {
		require.Equal(t, "a node's own", Reserved(event), event)
	}
	// "connection" and "new_namespace" are reserved between Socket.IO's servers alone.
	for _, event := range []string{"", "message", "binary", "Connect", "connection", "new_namespace", "connect ", "error", "7", "a$"} {
		require.Empty(t, Reserved(event), event)
	}
}
