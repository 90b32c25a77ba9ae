package chat

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPresenceOfOtherNodes(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		in := func(names ...string) map[string][]string { return map[string][]string{"go": names} }
		alice := watched(n.Enter("alice", "go"))
		settle()
		for _, step := range []struct {
			name string
			do   func()
			want string // "": no frame
		}{
			{"a change", func() { n.hub.ApplyPresence("b", PresenceUpdate{Joined: in("bob", "carol")}) }, `{"count":3,"joined":["bob","carol"],"left":[]}`},
			{"the same name elsewhere", func() { n.hub.ApplyPresence("c", PresenceUpdate{Joined: in("bob")}) }, `{"count":4,"joined":["bob"],"left":[]}`},
			{"a client that is not there cannot leave", func() { n.hub.ApplyPresence("b", PresenceUpdate{Left: in("zoe", "zoe")}) }, ""},
			{"the whole, as known", func() { n.hub.ApplyPresence("b", PresenceUpdate{Whole: true, Joined: in("carol", "bob")}) }, ""},
			{"the whole, another", func() { n.hub.ApplyPresence("b", PresenceUpdate{Whole: true, Joined: in("bob", "bob", "dave")}) }, `{"count":5,"joined":["bob","dave"],"left":["carol"]}`},
			{"in another room", func() {
				n.hub.ApplyPresence("b", PresenceUpdate{Joined: map[string][]string{"rust": {"x"}}, Left: map[string][]string{"zig": {"y"}}})
			}, ""},
			{"the whole, nobody", func() { n.hub.ApplyPresence("b", PresenceUpdate{Whole: true}) }, `{"count":2,"joined":[],"left":["bob","bob","dave"]}`},
			{"forgotten", func() { n.hub.ForgetNode("c"); n.hub.ForgetNode("c"); n.hub.ForgetNode("never seen") }, `{"count":1,"joined":[],"left":["bob"]}`},
		} {
			before := len(alice.texts)
			step.do()
			settle()
			if step.want == "" {
				require.Equal(t, before, len(alice.texts), step.name)
				continue
			}
			require.Equal(t, []string{step.want}, alice.texts[before:], step.name)
		}
		n.hub.mu.Lock()
		defer n.hub.mu.Unlock()
		require.Equal(t, []string{"go"}, slices.Collect(maps.Keys(n.hub.rooms)), "rooms that nobody is in are forgotten")
	})
}

func TestWhoJoinsLaterSeesOtherNodesToo(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		n.hub.ApplyPresence("b", PresenceUpdate{Joined: map[string][]string{"go": {"zoe"}}})
		alice := n.Enter("alice", "go")
		w := watched(alice)
		settle()
		require.Equal(t, []string{`{"count":2,"present":["alice","zoe"]}`}, w.texts)
		alice.WS.Close()
		settle()
		n.hub.ApplyPresence("b", PresenceUpdate{Left: map[string][]string{"go": {"zoe"}}})
		n.hub.mu.Lock()
		rooms := len(n.hub.rooms)
		n.hub.mu.Unlock()
		require.Zero(t, rooms, "the last, though elsewhere, closes the room")
		bob := watched(n.Enter("bob", "go"))
		settle()
		require.Equal(t, []string{`{"count":1,"present":["bob"]}`}, bob.texts)
	})
}

// mute is a relay that takes events and brings nothing back.
type mute struct{}

func (mute) Publish(Event) error { return nil }

func TestOwnClientsAreToldToOtherNodes(t *testing.T) {
	n := serve(t, Options{Relay: mute{}, RatePerSecond: -1})
	_, ok := n.hub.TakePresence(false)
	require.False(t, ok)
	alice := n.Enter("alice", "go")
	alice.Does(`{"event":"join","data":"rust","id":1}`)
	n.Enter("bob", "go")
	u, ok := n.hub.TakePresence(false)
	require.True(t, ok)
	require.Equal(t, PresenceUpdate{Joined: map[string][]string{"go": {"alice", "bob"}, "rust": {"alice"}}}, u)
	_, ok = n.hub.TakePresence(false)
	require.False(t, ok)

	alice.Does(`{"event":"leave","data":"go","id":2}`)
	u, ok = n.hub.TakePresence(true)
	require.True(t, ok)
	require.Equal(t, PresenceUpdate{Whole: true, Joined: map[string][]string{"go": {"bob"}, "rust": {"alice"}}}, u)
	_, ok = n.hub.TakePresence(false)
	require.False(t, ok, "the whole says it all")
	alice.WS.Close()
	n.settled(1)
	u, _ = n.hub.TakePresence(false)
	require.Equal(t, PresenceUpdate{Left: map[string][]string{"rust": {"alice"}}}, u)
}

func TestHubAloneKeepsNoChangesForOthers(t *testing.T) {
	n := serve(t, unlimited)
	n.Enter("alice", "go")
	_, ok := n.hub.TakePresence(false)
	require.False(t, ok)
}

// Two hubs tell each other, in any order of calls: both must come to the truth.
func TestNodesAgreeOnPresence(t *testing.T) {
	bubble(t, Options{Relay: mute{}, RatePerSecond: -1}, func(t *testing.T, n *served) {
		other := serveInMemory(t, Options{Relay: mute{}, RatePerSecond: -1})
		tell := func(whole bool) {
			for from, to := range map[*served]*served{n: other, other: n} {
				if u, ok := from.hub.TakePresence(whole); ok {
					to.hub.ApplyPresence(fmt.Sprintf("%p", from), u)
				}
			}
		}
		alice, bob := n.Enter("alice", "go"), other.Enter("bob", "go")
		a, b := watched(alice), watched(bob)
		tell(false)
		tell(true)
		watched(n.Enter("carol", "go"))
		d := other.Enter("dave", "go")
		d.WS.Close()
		settle()
		tell(false)
		settle()
		for _, w := range []*watch{a, b} {
			require.Equal(t, 3, w.frames[len(w.frames)-1].Count)
		}
		bob.Says(`{"event":"leave","data":"go"}`)
		bob.Says(`{"event":"join","data":"go"}`)
		bob.Says(`{"event":"leave","data":"go"}`)
		synctest.Wait()
		tell(false)
		settle()
		require.Equal(t, `{"count":2,"joined":[],"left":["bob"]}`, a.last())
	})
}

// away are names in rooms of another node, one in each.
func away(rooms int) map[string][]string {
	all := make(map[string][]string, rooms)
	for i := range rooms {
		all[fmt.Sprint("room", i)] = []string{"zoe"}
	}
	return all
}

// applying is how long it takes to be told of a node once more what is known.
func applying(hub *Hub, list PresenceUpdate) time.Duration {
	began := time.Now()
	hub.ApplyPresence("small", list)
	return time.Since(began)
}

func TestListOfOneNodeCostsNothingForTheRoomsOfOthers(t *testing.T) {
	hub, err := NewHub(Options{})
	require.NoError(t, err)
	hub.ApplyPresence("large", PresenceUpdate{Whole: true, Joined: away(20_000)})
	list := PresenceUpdate{Whole: true, Joined: away(3)}
	hub.ApplyPresence("small", list)
	alone, err := NewHub(Options{})
	require.NoError(t, err)
	alone.ApplyPresence("small", list)
	// Each the best of many, in turn: what else the machine does is in neither.
	beside, without := time.Hour, time.Hour
	for range 100 {
		beside, without = min(beside, applying(hub, list)), min(without, applying(alone, list))
	}
	require.Less(t, beside, 100*without, "20,000 rooms are not looked at: that takes 7 ms, this 1 µs")
	hub.ForgetNode("large")
	require.Len(t, hub.rooms, 3)
	hub.ForgetNode("small")
	require.Empty(t, hub.rooms)
	require.Empty(t, hub.abroad)
}
