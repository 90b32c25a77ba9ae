package chat

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// Whoever was in several rooms catches up in all of them, in the one order, and is in them at once.
func TestWhoComesBackGetsWhatIsKeptOfAllItsRooms(t *testing.T) {
	n, _ := serveShelf(t)
	alice, zoe := n.Enter("alice", "go"), n.Enter("zoe", "zig")
	say(alice, 1)
	say(zoe, 2)
	say(n.Enter("carol", "elsewhere"), 99)
	say(alice, 3)
	again := back(n, "&after=0&also=zig&also=zig&also=%00&also=go")
	again.Hears("1", "2", "3")
	require.Equal(t, 3, caughtUp(again).Messages)
	say(zoe, 4)
	again.Hears("4")
	again.Does(`{"event":"message","data":5,"room":"zig","id":1}`)
}

func TestRoomsToComeBackToAreBoundedAndAllowed(t *testing.T) {
	s := &shelf{}
	n := serve(t, Options{Relay: s, RatePerSecond: -1, MaxRooms: 3, Admit: func(string) (Permit, error) {
		return Permit{Name: "bob", Rooms: []string{"go", "a", "b", "c"}, Until: time.Now().Add(time.Hour)}, nil
	}})
	s.hub = n.hub
	n.hub.Begin("0")
	bob := back(n, "&token=x&after=0&also=secret&also=a&also=b&also=c")
	require.Zero(t, caughtUp(bob).Messages)
	for room, want := range map[string]string{"a": "$ack", "b": "$ack", "c": "$error", "secret": "$error"} {
		bob.Says(`{"event":"join","data":"` + room + `","id":2}`)
		require.Equal(t, want, bob.Next().Event, room)
	}
}

// A client that joins a room later has not missed what was said there before.
func TestAnswerToAJoinSaysWhereTheRoomBegins(t *testing.T) {
	n, _ := serveShelf(t)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "lobby")
	say(alice, 1, 2)
	bob.Says(`{"event":"join","data":"go","id":7}`)
	require.Equal(t, "2", bob.Next().Place)
	say(alice, 3)
	bob.Hears("3")
}

// The node is behind, or the client was faster: what an earlier connection said is delivered when the client is back.
func TestWhoComesBackDoesNotHearWhatItHasSaidItself(t *testing.T) {
	n, _ := serveShelf(t)
	bob := n.Enter("bob", "go")
	again := back(n, "&after=0&was=other,"+bob.ID)
	caughtUp(again)
	n.hub.Deliver([]Event{
		{Name: "message", Data: []byte("1"), Rooms: []string{"go"}, Except: []string{bob.ID}, Place: "1"},
		{Name: "message", Data: []byte("2"), Rooms: []string{"go"}, Place: "2"},
	})
	again.Hears("2")
	require.NoError(t, bob.WS.Close())
	require.NoError(t, again.WS.Close())
	require.Eventually(t, func() bool { return n.hub.Stats().Connections == 0 }, chattest.Patience, time.Millisecond)
	require.Empty(t, n.hub.former)
}

// The relay has found out that it carried the message before: its sender has its answers, and
// nobody hears it again.
func TestMessageThatIsRepeatedIsAcknowledgedAndHeardByNobody(t *testing.T) {
	n, _ := serveShelf(t)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	require.Equal(t, 120, alice.Once)
	taken := func(frame string) (place string) {
		t.Helper()
		alice.Does("%s", frame)
		placed := alice.Next()
		require.Equal(t, "$placed", placed.Event)
		return placed.Place
	}
	require.Equal(t, "1", taken(`{"event":"message","data":1,"id":7,"key":"k","again":true}`), "nobody has seen it before")
	bob.Hears("1")
	taken(`{"event":"message","data":1,"id":7,"key":"k","again":true}`)
	require.Equal(t, "2", taken(`{"event":"message","data":2,"id":8,"again":true}`), "without a key nothing is known")
	bob.Hears("2")
	require.EqualValues(t, 2, n.hub.Stats().Deliveries)
}

// The node ends while somebody catches up: they are told to go elsewhere, and go on there from the last place that they have.
func TestNodeThatEndsSendsWhoCatchesUpElsewhere(t *testing.T) {
	n, s := serveShelf(t)
	alice := n.Enter("alice", "go")
	say(alice, 1, 2, 3, 4, 5, 6)
	require.NoError(t, alice.WS.Close())
	drained := make(chan struct{})
	asked := 0
	s.asks = func() {
		if asked++; asked == 2 { // of three parts
			go func() {
				defer close(drained)
				n.hub.Drain(t.Context(), chattest.Patience)
			}()
			require.True(t, chattest.WaitFor(n.hub.leaving))
		}
	}
	bob := back(n, "&after=0")
	bob.Hears("1", "2", "3", "4")
	require.Equal(t, int(frame.CloseGoingAway.Code), bob.Closed().Code)
	<-drained
	require.Equal(t, 2, asked)
}

// Nor does a client hold up the end, however long the next part takes.
func TestNodeEndsThoughSomebodyStillCatchesUp(t *testing.T) {
	n, s := serveShelf(t)
	release := make(chan struct{})
	s.asks = func() { <-release }
	bob := back(n, "&after=0")
	n.hub.Drain(t.Context(), 10*time.Millisecond)
	close(release)
	_, _, err := bob.WS.ReadMessage()
	require.Error(t, err)
	require.True(t, chattest.WaitFor(func() bool { n.hub.mu.Lock(); defer n.hub.mu.Unlock(); return len(n.hub.returning) == 0 }))
}

// The first copy of a message is kept no longer, and its second is for those who have not heard it. Whoever was here has, and so has
// who came back from a place that says so; of whoever was let in since nobody knows more.
func TestSecondCopyOfALostMessageIsForThoseWhoHaveNotHeardTheFirst(t *testing.T) {
	n, s := serveShelf(t)
	s.heard = map[string]uint64{"0": 3}
	alice, bob := n.Enter("alice", "go"), n.Enter("zoe", "go")
	before := n.hub.Seats()
	carol, dave, erin := n.Enter("carol", "go"), n.Enter("dave", "elsewhere"), n.Enter("erin", "go")
	frank := back(n, "&after=0")
	caughtUp(frank)
	n.hub.Deliver([]Event{
		{Name: "message", Data: []byte("1"), Rooms: []string{"go"}, Place: "1"},
		{Name: "message", Data: []byte("2"), Rooms: []string{"go"}, Except: []string{erin.ID}, Place: "2", Lost: Lost{before, 3}},
		{Name: "message", Data: []byte("3"), Rooms: []string{"go"}, Place: "3", Lost: Lost{before, 4}},
		{Name: "message", Data: []byte("4"), Place: "4"},
	})
	carol.Hears("1", "2", "3", "4")
	for _, p := range []*chattest.Person{alice, bob} {
		p.Hears("1", "4")
	}
	for _, p := range []*chattest.Person{erin, frank} {
		p.Hears("1", "3", "4")
	}
	dave.Hears("4")
}

// A place that is behind all that is lost tells nothing of it. But who came from here last, and what that one had heard, the hub remembers.
func TestWhoComesBackToTheSameHubHasHeardWhatItHad(t *testing.T) {
	n, s := serveShelf(t)
	alice, fred := n.Enter("alice", "go"), n.Enter("fred", "go")
	before := n.hub.Seats()
	s.past = Lost{before, 1}
	carol := n.Enter("carol", "go")
	require.NoError(t, alice.WS.Close())
	require.True(t, chattest.WaitFor(func() bool { n.hub.mu.Lock(); defer n.hub.mu.Unlock(); return n.hub.conns[alice.ID] == nil }))
	comes := func(was string) *chattest.Person {
		p := back(n, "&after=0&was="+was)
		caughtUp(p)
		return p
	}
	s.fail = errors.New("too slow")
	failed := back(n, "&after=0&was="+alice.ID)
	failed.Closed()
	s.fail = nil
	has := []*chattest.Person{comes(alice.ID), comes("elsewhere," + alice.ID), comes(fred.ID), comes(alice.ID + "," + failed.ID)}
	has = append(has, comes(has[0].ID))
	hasNot := []*chattest.Person{carol, comes(carol.ID), comes("elsewhere"), comes(alice.ID + ",elsewhere")}
	now := n.hub.Seats()
	n.hub.Deliver([]Event{
		{Name: "message", Data: []byte("1"), Rooms: []string{"go"}, Lost: Lost{before, 1}},
		{Name: "message", Data: []byte("2"), Rooms: []string{"go"}, Lost: Lost{before, 2}}, // lost with alice's connection already gone
		{Name: "message", Data: []byte("3"), Rooms: []string{"go"}, Lost: Lost{now, 3}},
		{Name: "message", Data: []byte("4"), Rooms: []string{"go"}},
	})
	for _, p := range has {
		p.Hears("2", "4")
	}
	for _, p := range hasNot {
		p.Hears("1", "2", "4")
	}
}

// What is told of a client's place is noted before it has its seat: from then on others deliver to it.
func TestWhatWasHeardIsNotedBeforeTheSeat(t *testing.T) {
	n, s := serveShelf(t)
	asked := 0
	var delivering sync.WaitGroup
	defer delivering.Wait()
	s.asks = func() {
		if asked++; asked == 2 { // it has its seat
			delivering.Go(func() {
				n.hub.Deliver([]Event{{Name: "message", Data: []byte("1"), Rooms: []string{"go"}, Lost: Lost{0, 1}}})
			})
		}
	}
	caughtUp(back(n, "&after=0"))
}

// What is kept is the same for those who come back later.
func TestWhoCatchesUpGetsNoSecondCopyOfWhatItHasHeard(t *testing.T) {
	n, s := serveShelf(t)
	s.heard = map[string]uint64{"0": 1}
	s.kept = []Event{{Name: "message", Data: []byte("1"), Lost: Lost{0, 1}}, {Name: "message", Data: []byte("2"), Lost: Lost{0, 2}}, {Name: "message", Data: []byte("3"), Place: "3"}}
	n.hub.Deliver(s.kept)
	back(n, "&after=0").Hears("2", "3")
}

func TestHubRemembersSoManyWhoHaveGone(t *testing.T) {
	var p parted
	for n := range uint64(mostParted + 10) {
		p.add(fmt.Sprint(n+1), hearing{number: n + 1})
	}
	require.Len(t, p.of, mostParted)
	require.Len(t, p.ids, mostParted)
	require.NotContains(t, p.of, "10")
	require.Equal(t, hearing{number: 11}, p.of["11"])
	require.Contains(t, p.of, fmt.Sprint(mostParted+10))
}
