package chat

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

func TestSenderDoesNotHearItself(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.enter("alice", "go"), n.enter("bob", "go"), n.enter("carol", "go")
	said := time.Now()
	alice.says(`{"event":"message","data":"hi"}`)
	for _, p := range []*person{bob, carol} {
		f := p.next()
		require.Equal(t, "message", f.Event)
		require.JSONEq(t, `"hi"`, string(f.Data))
		require.Equal(t, "go", f.Room)
		require.Equal(t, "alice", f.From)
		at, err := time.Parse("2006-01-02T15:04:05.000Z", f.At)
		require.NoError(t, err)
		require.WithinRange(t, at, said.Add(-time.Minute), time.Now().Add(time.Minute)) // clocks are set now and then
		p.hearsNothing()                                                                // once
	}
	alice.hearsNothing()
}

func TestOnlyTheRoomHears(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.enter("alice", "go"), n.enter("bob", "go"), n.enter("carol", "rust")
	alice.does(`{"event":"join","data":"rust","id":1}`)
	alice.says(`{"event":"message","data":1,"room":"rust"}`)
	alice.says(`{"event":"message","data":2}`)
	carol.hears("1")
	bob.hears("2")
	alice.does(`{"event":"leave","data":"rust","id":2}`)
	carol.says(`{"event":"message","data":3}`)
	carol.hearsNothing()
	alice.hearsNothing()
	bob.hearsNothing()
}

func TestAckComesBeforePlaced(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	alice.says(`{"event":"message","data":"hi","id":7}`)
	require.Equal(t, frame.Frame{Event: "$ack", ID: number64(7)}, alice.next())
	require.Equal(t, frame.Frame{Event: "$placed", ID: number64(7)}, alice.next())
	bob.hears(`"hi"`)
	alice.says(`{"event":"message","data":"no id, no answer"}`)
	alice.hearsNothing()
}

// Everybody's view of a room, the senders' own included: where somebody hears
// the others' message, its sender is told "$placed". All must be the same.
func TestAllSeeOneOrder(t *testing.T) {
	const senders, listeners, each = 4, 3, 50
	n := serve(t, unlimited)
	var people []*person
	for i := range senders + listeners {
		people = append(people, n.enter(fmt.Sprint("p", i), "go"))
	}
	views := make([][]string, len(people))
	var all sync.WaitGroup
	for i, p := range people {
		if i < senders {
			all.Go(func() {
				for m := range each {
					p.says(fmt.Sprintf(`{"event":"message","data":"p%d %d","id":%d}`, i, m, m))
				}
			})
		}
		all.Go(func() {
			for len(views[i]) < senders*each {
				switch f := p.next(); f.Event {
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
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	for _, event := range []string{"typing", "message", "日本", strings.Repeat("x", 64), `quo"te \ <&>`, "a b"} {
		for _, data := range []string{`null`, `1.50`, `9007199254740993`, `{"b":1,"a":[true,"\ud83d\ude00"]}`, ``, `"\u0000"`} {
			frame := frame.Frame{Event: event}
			if data != "" {
				frame.Data = json.RawMessage(data)
			}
			text, err := json.Marshal(frame)
			require.NoError(t, err)
			alice.says(string(text))
			f := bob.next()
			require.Equal(t, event, f.Event)
			require.Equal(t, data, string(f.Data), "byte for byte")
		}
	}
}

func TestFromAndTimeAreTheNodes(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	alice.says(`{"event":"message","data":1,"from":"mallory","at":"2000-01-01T00:00:00.000Z"}`)
	f := bob.next()
	require.Equal(t, "alice", f.From)
	require.NotContains(t, f.At, "2000-")
}

func TestNodesWithoutRelayDoNotHearEachOther(t *testing.T) {
	one, other := serve(t, unlimited), serve(t, unlimited)
	alice, bob := one.enter("alice", "go"), other.enter("bob", "go")
	carol := one.enter("carol", "go")
	alice.says(`{"event":"message","data":"is anybody there?"}`)
	carol.hears(`"is anybody there?"`)
	bob.hearsNothing()
}

func TestNamesAreNotUnique(t *testing.T) {
	n := serve(t, unlimited)
	one, other := n.enter("alice", "go"), n.enter("alice", "go")
	require.NotEqual(t, one.ID, other.ID)
	one.says(`{"event":"message","data":1}`)
	other.hears("1")
	one.hearsNothing()
}

func TestJoiningTwiceIsJoiningOnce(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	bob.does(`{"event":"join","data":"rust","id":1}`)
	bob.does(`{"event":"join","data":"rust","id":2}`)
	alice.does(`{"event":"join","data":"rust","id":1}`)
	alice.says(`{"event":"message","data":1,"room":"rust"}`)
	bob.hears("1")
	bob.hearsNothing()
	bob.does(`{"event":"leave","data":"rust","id":3}`)
	alice.says(`{"event":"message","data":2,"room":"rust"}`)
	alice.hearsNothing()
	bob.hearsNothing()
}

func TestRoomOfTheURLCanBeLeftAndJoinedAgain(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	alice.does(`{"event":"leave","data":"go","id":1}`)
	alice.says(`{"event":"message","data":1,"id":2}`)
	f := alice.next()
	require.Equal(t, "$error", f.Event)
	require.Contains(t, string(f.Data), `"not_in_room"`)
	require.Equal(t, int64(2), *f.ID)
	alice.does(`{"event":"join","data":"go","id":3}`)
	alice.says(`{"event":"message","data":4}`)
	bob.hears("4")
}

func TestRoomsOfOneConnectionAreLimited(t *testing.T) {
	n := serve(t, Options{RatePerSecond: -1, MaxRooms: 3})
	alice := n.enter("alice", "go")
	alice.does(`{"event":"join","data":"a","id":1}`)
	alice.does(`{"event":"join","data":"b","id":2}`)
	alice.says(`{"event":"join","data":"c","id":3}`)
	f := alice.next()
	require.Equal(t, "$error", f.Event)
	require.Contains(t, string(f.Data), `"forbidden"`)
	alice.does(`{"event":"leave","data":"a","id":4}`)
	alice.does(`{"event":"join","data":"c","id":5}`)
}

func TestStatsCount(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.enter("alice", "go"), n.enter("bob", "go"), n.enter("carol", "rust")
	alice.says(`{"event":"message","data":1}`)
	bob.hears("1")
	alice.hearsNothing() // counted before what follows is read
	carol.hearsNothing()
	require.Equal(t, Stats{Connections: 3, Rooms: 2, Received: 1, Deliveries: 1}, n.hub.Stats())
	carol.ws.Close()
	n.settled(2)
	require.Equal(t, 1, n.hub.Stats().Rooms, "who leaves last closes the room")
}

func TestClientsAreToldWhenMessagesMayBeMissed(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.enter("alice", "go")
	n.hub.Degrade("the replica is quiet")
	n.hub.Degrade("the replica is still quiet")
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"the replica is quiet"}`)}, alice.next())
	bob := n.enter("bob", "go") // comes in the midst of it
	require.Equal(t, frame.Frame{Event: "$degraded", Data: []byte(`{"text":"the replica is still quiet"}`)}, bob.next())
	n.hub.Recover(number64(37))
	n.hub.Recover(number64(38)) // is no news
	for _, p := range []*person{alice, bob} {
		require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{"missed":37}`)}, p.next())
		p.hearsNothing()
	}
	n.hub.Degrade("again")
	n.hub.Recover(nil)
	require.Equal(t, "$degraded", alice.next().Event)
	require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{}`)}, alice.next())
	n.hub.Degrade("and again")
	n.hub.Recover(number64(0))
	require.Equal(t, "$degraded", alice.next().Event)
	require.Equal(t, frame.Frame{Event: "$recovered", Data: []byte(`{"missed":0}`)}, alice.next())
}
