package relay

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

func TestNodeIsJudgedByItsOwnInterval(t *testing.T) {
	now := time.Now()
	for _, row := range []struct {
		every time.Duration
		gone  time.Duration
	}{
		{50 * time.Millisecond, 3 * time.Second},
		{250 * time.Millisecond, 3 * time.Second},
		{500 * time.Millisecond, 6 * time.Second},
		{4 * time.Second, 8 * time.Second},
		{0, 3 * time.Second}, // it does not say
	} {
		r := New(Options{Log: slog.New(slog.DiscardHandler)})
		hub, err := chat.NewHub(chat.Options{Relay: r})
		require.NoError(t, err)
		r.hub = hub
		r.notePeer(&wire.Probe{Node: "other", Pub: "other", Every: row.every.Milliseconds()}, now)
		r.forgetSilent(now.Add(row.gone))
		require.Len(t, r.peers, 1, "probing every %v, silent for %v", row.every, row.gone)
		r.forgetSilent(now.Add(row.gone + time.Millisecond))
		require.Empty(t, r.peers, "probing every %v", row.every)
	}
}

func TestAskingForListsIsNotSwallowedByTelling(t *testing.T) {
	r := New(Options{})
	r.askWhole(false)
	r.askWhole(true)
	<-r.wholeDue
	require.True(t, r.askDue.Swap(false))
}

// listening is a relay with a hub that follows one other node, "eve".
func listening(t testing.TB) *Relay {
	t.Helper()
	r := New(Options{})
	hub, err := chat.NewHub(chat.Options{Relay: r})
	require.NoError(t, err)
	r.hub = hub
	require.NoError(t, r.notePeer(&wire.Probe{Node: "eve", Pub: "eve"}, time.Now()))
	return r
}

// What a node adds to its list, again and again, comes to an end.
func TestClientsOfOneNodeAreBounded(t *testing.T) {
	type of = map[string][]string
	r := listening(t)
	tell := func(p wire.Presence, names int) error {
		p.Pub = "eve"
		return r.applyPresence(&p, names)
	}
	part := func(room string, names int) wire.Presence {
		return wire.Presence{Part: &wire.Part{
			After: [2]string{room, ""}, To: [2]string{room + "a", ""}, Rooms: map[string]map[string]int{room: {"alice": names}},
		}}
	}
	one := wire.Presence{Joined: of{"lobby": {"bob"}}}
	require.NoError(t, tell(part("go", wire.MaxNames), wire.MaxNames))
	require.Error(t, tell(one, 1))
	require.NoError(t, tell(wire.Presence{Left: of{"go": {"alice"}}}, -1))
	require.NoError(t, tell(one, 1))
	require.Error(t, tell(one, 1))
	require.NoError(t, tell(part("go", 7), 7), "the part is all there is in its piece")
	require.NoError(t, tell(part("go", wire.MaxNames-1), wire.MaxNames-1), "the same again is no more")
	require.Error(t, tell(part("tea", 1), 1))
	require.Zero(t, r.hub.PresenceOf("eve"), "it begins anew")
	require.NoError(t, tell(part("go", wire.MaxNames), wire.MaxNames))
	require.NoError(t, tell(wire.Presence{Whole: true, Joined: of{"lobby": {"bob"}}}, 1), "the whole list is all there is")
	require.Error(t, tell(wire.Presence{Whole: true}, wire.MaxNames+1))
	require.NoError(t, tell(wire.Presence{Left: of{"lobby": {"bob", "bob", "zoe"}}}, -3))
	require.Zero(t, r.hub.PresenceOf("eve"), "nobody leaves who is not there")
}

// A part that is wrong changes nothing.
func TestPartThatNoNodeWouldTellIsRefused(t *testing.T) {
	r := listening(t)
	apply := func(part wire.Part) error { return r.applyPresence(&wire.Presence{Pub: "eve", Part: &part}, 1) }
	require.NoError(t, apply(wire.Part{Rooms: map[string]map[string]int{"go": {"alice": 2}}}))
	require.Error(t, apply(wire.Part{To: [2]string{"go", ""}, Rooms: map[string]map[string]int{"zoo": {"bob": 1}}}))
	require.Error(t, apply(wire.Part{Rooms: map[string]map[string]int{"go": {"\u202Eecila": 1}}}))
	require.Equal(t, 2, r.hub.PresenceOf("eve"))
}

func TestNodesThatAreFollowedAreBounded(t *testing.T) {
	r, now := New(Options{}), time.Now()
	for i := range mostNodes {
		require.NoError(t, r.notePeer(&wire.Probe{Node: "n", Pub: fmt.Sprint(i)}, now))
	}
	require.Error(t, r.notePeer(&wire.Probe{Node: "n", Pub: "one more"}, now))
	require.NoError(t, r.notePeer(&wire.Probe{Node: "n", Pub: "7"}, now), "who is followed stays so")
	require.Len(t, r.peers, mostNodes)
}

// What a node tells goes to every client of a room: it must be what a client
// could have chosen.
func TestNamesAndRoomsThatNoClientCouldHaveAreRefused(t *testing.T) {
	type of = map[string][]string
	r := listening(t)
	for name, p := range map[string]wire.Presence{
		"a name is too long":      {Joined: of{"lobby": {strings.Repeat("n", 33)}}},
		"a name of a megabyte":    {Left: of{"lobby": {strings.Repeat("n", 1<<20)}}},
		"a name turns the line":   {Joined: of{"lobby": {"\u202Eecila"}}},
		"a name is not printable": {Joined: of{"lobby": {"a\x00"}}},
		"a room is too long":      {Joined: of{strings.Repeat("r", 65): {"alice"}}},
		"a room is empty":         {Joined: of{"": {"alice"}}},
		"a room is a connection":  {Joined: of{"aSocketsIdOf20Charac": {"alice"}}},
	} {
		p.Pub = "eve"
		err := r.applyPresence(&p, 1)
		require.Error(t, err, name)
		require.Less(t, len(err.Error()), 500, name)
	}
	require.NoError(t, r.applyPresence(&wire.Presence{Pub: "eve", Joined: of{"lobby": {"alice"}}}, 1))
}

func TestNameOfANodeIsClipped(t *testing.T) {
	require.Equal(t, strings.Repeat("n", 100), clip(strings.Repeat("n", 101)))
	require.Equal(t, strings.Repeat("é", 49)+"x", clip("x" + strings.Repeat("é", 50))[1:]+"x", "no half of a letter")
}
