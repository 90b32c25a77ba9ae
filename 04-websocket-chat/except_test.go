package chat

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whoever reaches Redis can send such lists. Each entry cost 8 bytes for each
// client of the room, for as long as that client stayed.
func TestExceptionsThatRepeatAreKeptOnce(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "rust")
	but := message(`1`)
	but.Except = slices.Repeat([]string{"go", alice.ID}, 10_000)
	n.hub.Deliver([]Event{message(`0`), but, but, message(`2`)})
	alice.Hears(`0`, `2`)
	bob.Hears(`0`, `1`, `1`, `2`)
	require.LessOrEqual(t, cap(n.conn(alice).skips), 16)
}
