package chat

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

func TestSenderDoesNotHearItself(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.Enter("alice", "go"), n.Enter("bob", "go"), n.Enter("carol", "go")
	said := time.Now()
	alice.Says(`{"event":"message","data":"hi"}`)
	for _, p := range []*chattest.Person{bob, carol} {
		f := p.Next()
		require.Equal(t, "message", f.Event)
		require.JSONEq(t, `"hi"`, string(f.Data))
		require.Equal(t, "go", f.Room)
		require.Equal(t, "alice", f.From)
		at, err := time.Parse("2006-01-02T15:04:05.000Z", f.At)
		require.NoError(t, err)
		require.WithinRange(t, at, said.Add(-time.Minute), time.Now().Add(time.Minute)) // clocks are set now and then
		p.HearsNothing()                                                                // once
	}
	alice.HearsNothing()
}

func TestOnlyTheRoomHears(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.Enter("alice", "go"), n.Enter("bob", "go"), n.Enter("carol", "rust")
	alice.Does(`{"event":"join","data":"rust","id":1}`)
	alice.Says(`{"event":"message","data":1,"room":"rust"}`)
	alice.Says(`{"event":"message","data":2}`)
	carol.Hears("1")
	bob.Hears("2")
	alice.Does(`{"event":"leave","data":"rust","id":2}`)
	carol.Says(`{"event":"message","data":3}`)
	carol.HearsNothing()
	alice.HearsNothing()
	bob.HearsNothing()
}

func TestAckComesBeforePlaced(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	alice.Says(`{"event":"message","data":"hi","id":7}`)
	require.Equal(t, frame.Frame{Event: "$ack", ID: number64(7)}, alice.Next())
	require.Equal(t, frame.Frame{Event: "$placed", ID: number64(7)}, alice.Next())
	bob.Hears(`"hi"`)
	alice.Says(`{"event":"message","data":"no id, no answer"}`)
	alice.HearsNothing()
}

// Everybody's view of a room, the senders' own included: where somebody hears
// the others' message, its sender is told "$placed". All must be the same.
func TestAllSeeOneOrder(t *testing.T) {
	const senders, listeners, each = 4, 3, 50
	n := serve(t, unlimited)
	var people []*chattest.Person
	for i := range senders + listeners {
		people = append(people, n.Enter(fmt.Sprint("p", i), "go"))
	}
	views := make([][]string, len(people))
	var all sync.WaitGroup
	for i, p := range people {
		if i < senders {
			all.Go(func() {
				for m := range each {
					p.Says(fmt.Sprintf(`{"event":"message","data":"p%d %d","id":%d}`, i, m, m))
				}
			})
		}
		all.Go(func() {
			for len(views[i]) < senders*each {
				switch f := p.Next(); f.Event {
				case "message":
					var text string
					_ = json.Unmarshal(f.Data, &text)
					views[i] = append(views[i], text)
				case "$placed":
					views[i] = append(views[i], fmt.Sprintf("p%d %d", i, *f.ID))
				}
			}
		})
	}
	all.Wait()
	for i := range people {
		require.Equal(t, views[0], views[i], "person %d sees another order than person 0", i)
	}
}

func TestAnyEventIsRelayedAsItIs(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	for _, event := range []string{"typing", "message", "日本", strings.Repeat("x", 64), `quo"te \ <&>`, "a b"} {
		for _, data := range []string{`null`, `1.50`, `9007199254740993`, `{"b":1,"a":[true,"\ud83d\ude00"]}`, ``, `"\u0000"`} {
			frame := frame.Frame{Event: event}
			if data != "" {
				frame.Data = json.RawMessage(data)
			}
			text, err := json.Marshal(frame)
			require.NoError(t, err)
			alice.Says(string(text))
			f := bob.Next()
			require.Equal(t, event, f.Event)
			require.Equal(t, data, string(f.Data), "byte for byte")
		}
	}
}

func TestFromAndTimeAreTheNodes(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	alice.Says(`{"event":"message","data":1,"from":"mallory","at":"2000-01-01T00:00:00.000Z"}`)
	f := bob.Next()
	require.Equal(t, "alice", f.From)
	require.NotContains(t, f.At, "2000-")
}

func TestNodesWithoutRelayDoNotHearEachOther(t *testing.T) {
	one, other := serve(t, unlimited), serve(t, unlimited)
	alice, bob := one.Enter("alice", "go"), other.Enter("bob", "go")
	carol := one.Enter("carol", "go")
	alice.Says(`{"event":"message","data":"is anybody there?"}`)
	carol.Hears(`"is anybody there?"`)
	bob.HearsNothing()
}

func TestNamesAreNotUnique(t *testing.T) {
	n := serve(t, unlimited)
	one, other := n.Enter("alice", "go"), n.Enter("alice", "go")
	require.NotEqual(t, one.ID, other.ID)
	one.Says(`{"event":"message","data":1}`)
	other.Hears("1")
	one.HearsNothing()
}

func TestJoiningTwiceIsJoiningOnce(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	bob.Does(`{"event":"join","data":"rust","id":1}`)
	bob.Does(`{"event":"join","data":"rust","id":2}`)
	alice.Does(`{"event":"join","data":"rust","id":1}`)
	alice.Says(`{"event":"message","data":1,"room":"rust"}`)
	bob.Hears("1")
	bob.HearsNothing()
	bob.Does(`{"event":"leave","data":"rust","id":3}`)
	alice.Says(`{"event":"message","data":2,"room":"rust"}`)
	alice.HearsNothing()
	bob.HearsNothing()
}

func TestRoomOfTheURLCanBeLeftAndJoinedAgain(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	alice.Does(`{"event":"leave","data":"go","id":1}`)
	alice.Says(`{"event":"message","data":1,"id":2}`)
	f := alice.Next()
	require.Equal(t, "$error", f.Event)
	require.Contains(t, string(f.Data), `"not_in_room"`)
	require.Equal(t, int64(2), *f.ID)
	alice.Does(`{"event":"join","data":"go","id":3}`)
	alice.Says(`{"event":"message","data":4}`)
	bob.Hears("4")
}

func TestRoomsOfOneConnectionAreLimited(t *testing.T) {
	n := serve(t, Options{RatePerSecond: -1, MaxRooms: 3})
	alice := n.Enter("alice", "go")
	alice.Does(`{"event":"join","data":"a","id":1}`)
	alice.Does(`{"event":"join","data":"b","id":2}`)
	alice.Says(`{"event":"join","data":"c","id":3}`)
	f := alice.Next()
	require.Equal(t, "$error", f.Event)
	require.Contains(t, string(f.Data), `"forbidden"`)
	alice.Does(`{"event":"leave","data":"a","id":4}`)
	alice.Does(`{"event":"join","data":"c","id":5}`)
}

func TestStatsCount(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.Enter("alice", "go"), n.Enter("bob", "go"), n.Enter("carol", "rust")
	alice.Says(`{"event":"message","data":1}`)
	bob.Hears("1")
	alice.HearsNothing() // counted before what follows is read
	carol.HearsNothing()
	require.Equal(t, Stats{Connections: 3, Rooms: 2, Received: 1, Deliveries: 1}, n.hub.Stats())
	carol.WS.Close()
	n.settled(2)
	require.Equal(t, 1, n.hub.Stats().Rooms, "the last to leave closes the room")
}

func TestClientsAreToldWhenMessagesMayBeMissed(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.Enter("alice", "go")
	n.hub.Degrade("the replica is quiet")
	n.hub.Degrade("the replica is still quiet")
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"the replica is quiet"}`)}, alice.Next())
	bob := n.Enter("bob", "go") // comes in the midst of it
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"the replica is still quiet"}`)}, bob.Next())
	n.hub.Recover(number64(37))
	n.hub.Recover(number64(38)) // is no news
	for _, p := range []*chattest.Person{alice, bob} {
		require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{"missed":37}`)}, p.Next())
		p.HearsNothing()
	}
	n.hub.Degrade("again")
	n.hub.Recover(nil)
	require.Equal(t, "$degraded", alice.Next().Event)
	require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{}`)}, alice.Next())
	n.hub.Degrade("and again")
	n.hub.Recover(number64(0))
	require.Equal(t, "$degraded", alice.Next().Event)
	require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{"missed":0}`)}, alice.Next())
}

func TestCorrectionGoesToThoseWhoWereToldOfTheRecovery(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.Enter("alice", "go")
	n.hub.Degrade("the replica is quiet")
	n.hub.Recover(number64(61))
	bob := n.Enter("bob", "go")
	n.hub.Correct(122)
	require.Equal(t, "$degraded", alice.Next().Event)
	require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{"missed":61}`)}, alice.Next())
	require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{"missed":122}`)}, alice.Next())
	bob.HearsNothing()
}

func TestClientsAreToldHowLateMessagesCome(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.Enter("alice", "go")
	n.hub.Delay("late", 1200*time.Millisecond)
	n.hub.Delay("late", 2400*time.Millisecond)
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"late","delay":1200}`)}, alice.Next())
	bob := n.Enter("bob", "go")
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"late","delay":2400}`)}, bob.Next())
	n.hub.Degrade("quiet")
	carol := n.Enter("carol", "go")
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"quiet"}`)}, carol.Next())
	n.hub.Recover(number64(0))
	require.Equal(t, "$recovered", alice.Next().Event)
}
