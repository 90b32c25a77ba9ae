package chat

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// watch keeps the presence frames that somebody gets, and when.
type watch struct {
	frames []frame.Presence
	texts  []string
	at     []time.Time
}

// watched reads somebody's frames until the connection ends.
func watched(p *chattest.Person) *watch {
	w := new(watch)
	go func() {
		_ = p.WS.SetReadDeadline(time.Time{})
		for {
			_, payload, err := p.WS.ReadMessage()
			if err != nil {
				return
			}
			var f frame.Frame
			var presence frame.Presence
			if json.Unmarshal(payload, &f) == nil && f.Event == "$presence" && json.Unmarshal(f.Data, &presence) == nil {
				w.frames, w.at = append(w.frames, presence), append(w.at, time.Now())
				w.texts = append(w.texts, string(f.Data))
			}
		}
	}()
	return w
}

// settle lets a bubble's time go on until every presence frame that is due has
// been sent.
func settle() {
	time.Sleep(2 * time.Second)
	synctest.Wait()
}

func (w *watch) last() string { return w.texts[len(w.texts)-1] }

// bubble runs a test with a clock of its own, on a node in memory.
func bubble(t *testing.T, o Options, test func(t *testing.T, n *served)) {
	synctest.Test(t, func(t *testing.T) { test(t, serveInMemory(t, o)) })
}

func TestPresenceIsWholeOnceThenChanges(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		alice := watched(n.Enter("alice", "go"))
		synctest.Wait() // at once: nobody has been told anything within a second
		require.Equal(t, []string{`{"count":1,"present":["alice"]}`}, alice.texts)
		settle()
		b := n.Enter("bob", "go")
		bob := watched(b)
		settle()
		require.Equal(t, []string{`{"count":2,"present":["alice","bob"]}`}, bob.texts)
		require.Equal(t, `{"count":2,"joined":["bob"],"left":[]}`, alice.last())
		b.WS.Close()
		settle()
		require.Equal(t, `{"count":1,"joined":[],"left":["bob"]}`, alice.last())
		require.Len(t, alice.texts, 3)
	})
}

func TestPresenceIsAtMostOneFrameARoomAndSecond(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		alice := watched(n.Enter("alice", "go"))
		settle()
		for i := range 50 {
			watched(n.Enter(fmt.Sprint("p", i), "go"))
			time.Sleep(100 * time.Millisecond)
		}
		settle()
		require.InDelta(t, 1+6, len(alice.frames), 1, "in five seconds")
		joined := 0
		for i, f := range alice.frames[1:] {
			require.GreaterOrEqual(t, alice.at[i+1].Sub(alice.at[i]), time.Second)
			joined += len(f.Joined)
		}
		require.Equal(t, 50, joined, "each once")
		require.Equal(t, 51, alice.frames[len(alice.frames)-1].Count)
	})
}

func TestWhoCameAndWentWasNeverThere(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		alice := watched(n.Enter("alice", "go"))
		b := n.Enter("bob", "go")
		watched(b)
		settle()
		before := len(alice.texts)

		carol := n.Enter("carol", "go") // this frame is due in no time: so first some other
		synctest.Wait()
		dave := n.Enter("dave", "go")
		dave.WS.Close()
		b.Says(`{"event":"leave","data":"go"}`)
		b.Says(`{"event":"join","data":"go"}`)
		watched(carol)
		settle()
		require.Equal(t, []string{`{"count":3,"joined":["carol"],"left":[]}`}, alice.texts[before:])
	})
}

// A page that is loaded anew, or goes to another node, is away for a moment. Of that nobody hears, whichever node is heard first.
func TestWhoIsBackWithinASecondHasNotLeft(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		bob := watched(n.Enter("bob", "go"))
		page := n.Enter("alice", "go")
		watched(page)
		settle()
		before := len(bob.texts)

		page.WS.Close()
		time.Sleep(900 * time.Millisecond)
		page = n.Enter("alice", "go") // loaded anew
		watched(page)
		settle()
		page.WS.Close()
		time.Sleep(900 * time.Millisecond)
		carol := watched(n.Enter("carol", "go")) // who is told who is there, and so is bob
		n.hub.ApplyPresence("other", PresenceUpdate{Joined: map[string][]string{"go": {"alice"}}})
		settle()
		require.Equal(t, []string{`{"count":3,"joined":["carol"],"left":[]}`}, bob.texts[before:])
		require.Equal(t, []string{`{"count":3,"present":["alice","bob","carol"]}`}, carol.texts)

		n.hub.ForgetNode("other")
		dave := watched(n.Enter("dave", "go")) // before it is told that she left
		settle()
		require.Equal(t, []string{`{"count":4,"joined":["dave"],"left":[]}`, `{"count":3,"joined":[],"left":["alice"]}`}, bob.texts[before+1:])
		require.Equal(t, []string{`{"count":4,"present":["alice","bob","carol","dave"]}`, bob.last()}, dave.texts)
	})
}

func TestTwoConnectionsOfOneNameAreListedTwice(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		bob := watched(n.Enter("bob", "go"))
		settle()
		one := n.Enter("alice", "go")
		watched(one)
		settle()
		require.Equal(t, `{"count":2,"joined":["alice"],"left":[]}`, bob.last())
		other := watched(n.Enter("alice", "go"))
		settle()
		require.Equal(t, `{"count":3,"joined":["alice"],"left":[]}`, bob.last())
		require.Equal(t, []string{`{"count":3,"present":["alice","alice","bob"]}`}, other.texts)
		one.WS.Close()
		settle()
		require.Equal(t, `{"count":2,"joined":[],"left":["alice"]}`, bob.last())
	})
}

func TestPresenceNamesAreCappedCountIsNot(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		alice := watched(n.Enter("alice", "go"))
		settle()
		names := make([]string, 300)
		for i := range names {
			names[i] = fmt.Sprintf("p%03d", i)
		}
		n.hub.ApplyPresence("other", PresenceUpdate{Joined: map[string][]string{"go": names}})
		settle()
		f := alice.frames[1]
		require.Equal(t, 301, f.Count)
		require.Len(t, f.Joined, 200)
		require.Equal(t, "p000", f.Joined[0])
		bob := watched(n.Enter("bob", "go"))
		settle()
		require.Equal(t, 302, bob.frames[0].Count)
		require.Len(t, bob.frames[0].Present, 200)
		n.hub.ForgetNode("other")
		settle()
		f = alice.frames[len(alice.frames)-1]
		require.Equal(t, 2, f.Count)
		require.Len(t, f.Left, 200)
	})
}

func TestPresenceOfRoomsIsTheirOwn(t *testing.T) {
	bubble(t, unlimited, func(t *testing.T, n *served) {
		a := n.Enter("alice", "go")
		a.Says(`{"event":"join","data":"rust"}`)
		rooms := map[string][]string{}
		for range 2 {
			f, _ := a.Presence()
			rooms[f.Room] = append(rooms[f.Room], string(f.Data))
		}
		require.Equal(t, map[string][]string{
			"go":   {`{"count":1,"present":["alice"]}`},
			"rust": {`{"count":1,"present":["alice"]}`},
		}, rooms)
		settle()
		watched(n.Enter("bob", "rust"))
		f, p := a.Presence()
		require.Equal(t, "rust", f.Room)
		require.Equal(t, 2, p.Count)
	})
}

func TestFirstNamesAreThoseOfTheWholeListSorted(t *testing.T) {
	for _, many := range []int{0, 1, 199, 200, 201, 5000} {
		var all []string
		var first firstNames
		for i := range many {
			name, n := fmt.Sprint("p", rand.IntN(many)), 1+i%3
			first.add(name, n)
			all = append(all, slices.Repeat([]string{name}, n)...)
		}
		slices.Sort(all)
		require.Equal(t, all[:min(len(all), presenceNames)], []string(first), many)
	}
}
