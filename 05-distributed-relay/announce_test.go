package relay

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/presence"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// lists are rooms with names as long as they may be.
func lists(rooms, names int) map[string][]string {
	all := map[string][]string{}
	for i := range rooms {
		for j := range names {
			room := fmt.Sprintf("%064d", i)
			all[room] = append(all[room], strings.Repeat("世", 24)+fmt.Sprintf("%08d", j))
		}
	}
	return all
}

// A thousand clients that come, or go, at once.
func TestChangesGoInPiecesOf64KiB(t *testing.T) {
	for name, row := range map[string]struct {
		joined, left map[string][]string
		least        int
	}{
		"one":       {lists(1, 1), nil, 1},
		"all":       {lists(1, 1000), nil, 2},
		"all go":    {nil, lists(10, 300), 4},
		"both":      {lists(3, 300), lists(300, 3), 2},
		"all rooms": {lists(1000, 1), nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			joined, left := map[string][]string{}, map[string][]string{}
			messages := inPieces(row.joined, row.left)
			require.GreaterOrEqual(t, len(messages), row.least)
			for _, m := range messages {
				m.Node, m.Pub = strings.Repeat("n", 100), strings.Repeat("p", 12)
				payload := m.Encode()
				require.LessOrEqual(t, len(payload), wire.MaxPart)
				p, _, err := wire.DecodePresence(string(payload))
				require.NoError(t, err)
				for room, names := range p.Joined {
					require.Empty(t, left, "who comes goes first")
					joined[room] = append(joined[room], names...)
				}
				for room, names := range p.Left {
					left[room] = append(left[room], names...)
				}
			}
			require.Equal(t, len(row.joined), len(joined))
			for room, names := range row.joined {
				require.Equal(t, names, joined[room])
			}
			for room, names := range row.left {
				require.Equal(t, names, left[room])
			}
		})
	}
	require.Empty(t, inPieces(nil, nil))
}

// The form of before is kept for all that it can hold in one message.
func TestListThatFitsIsToldAsEver(t *testing.T) {
	small := presence.Whole(lists(10, 10))
	require.True(t, inMessage(&small).Whole)
	require.Nil(t, inMessage(&small).Part)
	same := presence.Part{Rooms: map[string]map[string]int{"lobby": {"bob": 100_000}}}
	require.False(t, inMessage(&same).Whole)
	require.NotNil(t, inMessage(&same).Part, "100,000 connections of one name are one entry of a part")
	first := presence.Part{To: [2]string{"b", ""}, Rooms: small.Rooms}
	require.NotNil(t, inMessage(&first).Part)
	for _, part := range []presence.Part{small, same, first} {
		require.LessOrEqual(t, len(inMessage(&part).Encode()), wire.MaxPart)
	}
}

// However large the list, and however often it is asked for, so many bytes a second are
// all that presence takes; and a list for which nobody asks has pauses.
func TestPresenceTakesBoundedBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("long: it runs once, in the run on real servers (leave -short away)")
	}
	for name, row := range map[string]struct {
		clients, rooms int
		asked          bool
		length         time.Duration
		usual, within  float64 // bytes a second
	}{
		"a list":                     {20, 500, false, time.Minute, presenceRate / wholeShare, presenceRate / wholeShare / 5},
		"a list, asked for":          {20, 500, true, 15 * time.Second, presenceRate, presenceRate / 10},
		"changes, and then the list": {2, 800, true, 15 * time.Second, presenceRate, presenceRate / 2}, // they are kept: few enough
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := New(Options{MaxWaiting: 1 << 30})
				hub, err := chat.NewHub(chat.Options{Relay: r, MaxRooms: 1000, RatePerSecond: -1})
				require.NoError(t, err)
				r.hub = hub
				crowd(t, hub, row.clients, row.rooms)
				a := announcer{r: r, begun: time.Now()}
				began, parts, bytes := time.Now(), 0, 0
				for time.Since(began) < row.length {
					a.due = a.due || row.asked
					before := float64(bytes)
					a.step(time.Now())
					for _, m := range r.publisher.outbox.nextBatch(nil) {
						_, payload := m.own()
						require.LessOrEqual(t, len(payload), wire.MaxPart)
						parts, bytes = parts+1, bytes+len(payload)
						require.LessOrEqual(t, before, presenceRate*time.Since(began).Seconds()+1, "the time of what was said is over")
					}
					time.Sleep(presenceEvery)
				}
				perSecond := float64(bytes) / time.Since(began).Seconds()
				require.Greater(t, parts, 100)
				require.InDelta(t, row.usual, perSecond, row.within)
			})
		})
	}
}

// crowd lets so many clients into rooms of their own; they read what they get.
func crowd(t *testing.T, hub *chat.Hub, clients, rooms int) {
	l := chattest.NewPipes()
	server := &http.Server{Handler: hub}
	go server.Serve(l)
	t.Cleanup(func() {
		hub.Drain(context.Background(), time.Millisecond)
		server.Close()
	})
	n := chattest.Node{T: t, Addr: l.Addr().String(), Dial: l.Dial}
	for i := range clients {
		p := n.Enter(strings.Repeat("世", 24)+fmt.Sprintf("%08d", i), "lobby")
		go func() {
			_ = p.WS.SetReadDeadline(time.Time{})
			for {
				if _, _, err := p.WS.ReadMessage(); err != nil {
					return
				}
			}
		}()
		for j := range rooms {
			p.Says(fmt.Sprintf(`{"event":"join","data":"%032d%032d"}`, i, j))
		}
	}
	synctest.Wait()
	require.Equal(t, 1+clients*rooms, hub.Stats().Rooms)
}

// One operation is the whole list of 1,000 clients in 100 rooms each, in parts: cut and encoded at
// their node, or decoded and compared with what is known at another one.
func BenchmarkPresenceList(b *testing.B) {
	here, there := listening(b), listening(b)
	members := map[string]map[string]int{}
	for i := range 100 {
		room := fmt.Sprint("room-", i)
		members[room] = map[string]int{}
		for j := range 1000 {
			members[room][fmt.Sprintf("client-%03d", j)] = 1
		}
	}
	parts := cutParts(members)
	var payloads []string
	bytes := 0
	for _, part := range parts {
		m := inMessage(&part)
		m.Pub = "eve"
		payloads = append(payloads, string(m.Encode()))
		bytes += len(payloads[len(payloads)-1])
	}
	b.Run("told", func(b *testing.B) {
		for b.Loop() {
			for _, part := range cutParts(members) {
				m := inMessage(&part)
				m.Encode()
			}
		}
		b.ReportMetric(float64(len(parts)), "parts")
		b.ReportMetric(float64(bytes), "B/list")
	})
	read := func(r *Relay) {
		for _, payload := range payloads {
			p, names, err := wire.DecodePresence(payload)
			require.NoError(b, err)
			require.NoError(b, r.applyPresence(&p, names))
		}
	}
	read(there)
	require.Equal(b, 100_000, there.hub.PresenceOf("eve"))
	b.Run("read again", func(b *testing.B) {
		for b.Loop() {
			read(there)
		}
	})
	b.Run("read first", func(b *testing.B) {
		for b.Loop() {
			read(here)
			here.hub.ForgetNode("eve")
		}
	})
}

// cutParts cuts a list as a node does.
func cutParts(members map[string]map[string]int) (parts []presence.Part) {
	var names []string
	for room := range members {
		names = append(names, room)
	}
	walk := new(presence.Walk)
	walk.Begin(names)
	for done := false; !done; {
		var rooms []presence.Room
		next := ""
		for i, room := range walk.Upcoming() {
			if i == 16 {
				next = room
				break
			}
			r := presence.Room{Name: room}
			for name := range members[room] {
				r.Names = append(r.Names, name)
			}
			rooms = append(rooms, r)
		}
		var part presence.Part
		part, done = walk.Cut(rooms, next, partBytes)
		parts = append(parts, part)
	}
	return parts
}
