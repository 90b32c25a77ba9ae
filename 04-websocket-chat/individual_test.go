package chat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// waits is what is in somebody's queue: chunks, their bytes, and the bytes of
// memory that they keep alive.
func (n *served) waits(p *chattest.Person) (chunks, bytes, alive int) {
	c := n.conn(p)
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	for _, chunk := range c.out.chunks {
		chunks++
		bytes += len(chunk)
		alive += cap(chunk)
	}
	return chunks, bytes, alive
}

// burst is that many events to everybody; those of which but says so except
// the room.
func burst(many int, room string, but func(i int) bool) []Event {
	events := make([]Event, many)
	for i := range events {
		events[i] = message(fmt.Sprintf(`"%d %s"`, i, strings.Repeat("x", 500)))
		if but(i) {
			events[i].Except = []string{room}
		}
	}
	return events
}

// busy leaves each of these with a writer at work, on a message that nobody
// reads: what is delivered next waits, in whatever order goroutines run.
func (n *served) busy(people ...*chattest.Person) {
	n.T.Helper()
	settle()
	n.hub.Deliver([]Event{message(`"read"`)})
	for _, p := range people {
		p.Hears(`"read"`)
	}
	n.hub.Deliver([]Event{message(`"being written"`)})
	synctest.Wait()
}

func TestQueueKeepsNoMoreMemoryAliveThanItCounts(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
		n.busy(alice, bob)
		n.hub.Deliver(burst(100, "go", func(i int) bool { return i%10 != 0 })) // they get every tenth
		_, bytes, alive := n.waits(alice)
		require.Greater(t, bytes, 9*500)
		require.Less(t, alive, 2*bytes, "of a chunk ten times as large")
		last := func(p *chattest.Person) *byte {
			c := n.conn(p)
			c.out.mu.Lock()
			defer c.out.mu.Unlock()
			return &c.out.chunks[len(c.out.chunks)-1][0]
		}
		require.Same(t, last(alice), last(bob), "encoded once, and copied once")
	})
}

func TestExceptionCostsOneChunkMoreNotOneForEachEvent(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		alice := n.Enter("alice", "go")
		n.busy(alice)
		before := n.hub.Stats().Deliveries
		n.hub.Deliver(burst(32, "go", func(i int) bool { return i == 7 }))
		chunks, bytes, alive := n.waits(alice)
		require.Equal(t, 2, chunks, "what comes before it, and what comes after")
		require.Less(t, alive, 3*bytes)
		require.EqualValues(t, 31, n.hub.Stats().Deliveries-before)
		alice.Hears(`"being written"`)
		for i := range 32 {
			if i != 7 {
				require.Contains(t, string(alice.Next().Data), fmt.Sprintf(`"%d `, i))
			}
		}
	})
}

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

func TestAudienceIsWhoGetsAnEvent(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.Enter("alice", "go"), n.Enter("bob", "go"), n.Enter("carol", "rust")
	carol.Does(`{"event":"join","data":"quiet","id":1}`)
	for name, c := range map[string]struct {
		rooms, except []string
		want          []string
	}{
		"everybody":          {nil, nil, []string{alice.ID, bob.ID, carol.ID}},
		"a room":             {[]string{"go"}, nil, []string{alice.ID, bob.ID}},
		"not its sender":     {[]string{"go"}, []string{alice.ID}, []string{bob.ID}},
		"two rooms":          {[]string{"go", "rust"}, nil, []string{alice.ID, bob.ID, carol.ID}},
		"but for a room":     {nil, []string{"quiet"}, []string{alice.ID, bob.ID}},
		"one connection":     {[]string{carol.ID}, nil, []string{carol.ID}},
		"a room of nobody":   {[]string{"java"}, nil, nil},
		"both, and excepted": {[]string{"go", "rust"}, []string{"go", carol.ID}, nil},
		"except nobody":      {[]string{"rust"}, []string{"java"}, []string{carol.ID}},
	} {
		e := &Event{Rooms: c.rooms, Except: c.except}
		require.ElementsMatch(t, c.want, n.hub.Audience(e, 10), name)
		require.Len(t, n.hub.Audience(e, 1), min(1, len(c.want)), name)
	}
}

// A relay need not hand over what nobody is there for.
func TestRoomIsOccupiedFromJoinToLeave(t *testing.T) {
	n := serve(t, unlimited)
	require.False(t, n.hub.Occupied("go"))
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	n.hub.ApplyPresence("elsewhere", PresenceUpdate{Joined: map[string][]string{"rust": {"carol"}}})
	require.True(t, n.hub.Occupied("go"))
	require.False(t, n.hub.Occupied("rust"), "carol is at another node")
	require.True(t, n.hub.Occupied(alice.ID), "a room of one")
	bob.Does(`{"event":"join","data":"rust","id":1}`)
	require.True(t, n.hub.Occupied("rust"), "as soon as bob is told so")
	bob.Does(`{"event":"leave","data":"rust","id":2}`)
	require.False(t, n.hub.Occupied("rust"))
	require.NoError(t, alice.WS.Close())
	n.settled(1)
	require.False(t, n.hub.Occupied(alice.ID))
	require.True(t, n.hub.Occupied("go"), "bob is there")
}
