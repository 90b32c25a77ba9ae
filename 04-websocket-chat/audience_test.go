package chat

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAudienceIsWhoGetsAnEvent(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.Enter("alice", "go"), n.Enter("bob", "go"), n.Enter("carol", "rust")
	carol.Does(`{"event":"join","data":"quiet","id":1}`)
	for name, c := range map[string]struct {
		rooms, except []string
		want          []string
	}{
		"everybody":            {nil, nil, []string{alice.ID, bob.ID, carol.ID}},
		"a room":               {[]string{"go"}, nil, []string{alice.ID, bob.ID}},
		"not its sender":       {[]string{"go"}, []string{alice.ID}, []string{bob.ID}},
		"two rooms":            {[]string{"go", "rust"}, nil, []string{alice.ID, bob.ID, carol.ID}},
		"but for a room":       {nil, []string{"quiet"}, []string{alice.ID, bob.ID}},
		"one connection":       {[]string{carol.ID}, nil, []string{carol.ID}},
		"a room of nobody":     {[]string{"java"}, nil, nil},
		"both, and excepted":   {[]string{"go", "rust"}, []string{"go", carol.ID}, nil},
		"except who is nobody": {[]string{"rust"}, []string{"java"}, []string{carol.ID}},
	} {
		e := &Event{Rooms: c.rooms, Except: c.except}
		require.ElementsMatch(t, c.want, n.hub.Audience(e, 10), name)
		require.Len(t, n.hub.Audience(e, 1), min(1, len(c.want)), name)
	}
}
