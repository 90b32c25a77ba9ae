package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func message(data string, rooms ...string) Event {
	return Event{Name: "message", Data: []byte(data), Rooms: rooms}
}

func TestEventsGoToWhomTheyAreFor(t *testing.T) {
	n := serve(t, unlimited)
	people := map[string]*chattest.Person{"alice": n.Enter("alice", "go"), "bob": n.Enter("bob", "go"), "carol": n.Enter("carol", "rust")}
	people["bob"].Does(`{"event":"join","data":"rust","id":1}`) // is in both
	id := people["alice"].ID
	for name, test := range map[string]struct {
		rooms, except []string
		to            string
	}{
		"everybody":                       {nil, nil, "alice bob carol"},
		"one room":                        {[]string{"go"}, nil, "alice bob"},
		"two rooms, each once":            {[]string{"go", "rust"}, nil, "alice bob carol"},
		"the same room twice":             {[]string{"rust", "rust"}, nil, "bob carol"},
		"nobody's room":                   {[]string{"zig"}, nil, ""},
		"nobody's and another":            {[]string{"zig", "rust"}, nil, "bob carol"},
		"one connection":                  {[]string{id}, nil, "alice"},
		"a connection and its room":       {[]string{id, "go"}, nil, "alice bob"},
		"everybody but a room":            {nil, []string{"rust"}, "alice"},
		"everybody but a connection":      {nil, []string{id}, "bob carol"},
		"everybody but both":              {nil, []string{id, "rust"}, ""},
		"a room but a connection":         {[]string{"go"}, []string{id}, "bob"},
		"a room but another":              {[]string{"go"}, []string{"rust"}, "alice"},
		"rooms but one of them":           {[]string{"go", "rust"}, []string{"rust"}, "alice"},
		"a connection but its room":       {[]string{id}, []string{"go"}, ""},
		"excepted twice":                  {[]string{"go"}, []string{id, id, "go", "rust"}, ""},
		"but nobody's room":               {[]string{"rust"}, []string{"zig"}, "bob carol"},
		"but a connection that is not in": {[]string{"rust"}, []string{id}, "bob carol"},
	} {
		t.Run(name, func(t *testing.T) {
			n.hub.Deliver([]Event{{Name: "message", Data: []byte(`1`), Rooms: test.rooms, Except: test.except}})
			n.hub.Deliver([]Event{message(`"end"`)})
			var to []string
			for _, name := range []string{"alice", "bob", "carol"} {
				for f := people[name].Next(); string(f.Data) != `"end"`; f = people[name].Next() {
					to = append(to, name)
				}
			}
			require.Equal(t, test.to, strings.Join(to, " "))
		})
	}
}

func TestRoomIsThereWhenItIsExactlyOne(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.Enter("alice", "go")
	at := time.Date(2026, 1, 2, 16, 4, 5, 678_900_000, time.FixedZone("", 3600))
	for _, test := range []struct {
		event Event
		text  string
	}{
		{message(`"Hello!"`), `{"event":"message","data":"Hello!"}`},
		{message(`1`, "go"), `{"event":"message","data":1,"room":"go"}`},
		{message(`1`, "go", "rust"), `{"event":"message","data":1}`},
		{message(`1`, alice.ID), `{"event":"message","data":1,"room":"` + alice.ID + `"}`},
		{Event{Name: "typing", Rooms: []string{"go"}, From: "bob", At: at}, `{"event":"typing","room":"go","from":"bob","at":"2026-01-02T15:04:05.678Z"}`},
		{Event{Name: "binary", Data: []byte(`"text"`)}, `{"event":"binary","data":"text"}`},
		{Event{Name: "q\"\n", From: `<"b&>`}, `{"event":"q\"\n","from":"\u003c\"b\u0026\u003e"}`},
	} {
		n.hub.Deliver([]Event{test.event})
		for {
			kind, text := alice.Read()
			require.Equal(t, websocket.TextMessage, kind)
			if strings.HasPrefix(string(text), `{"event":"$presence"`) {
				continue
			}
			require.JSONEq(t, test.text, string(text))
			break
		}
	}
}

func TestBurstKeepsItsOrderForEverybody(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	bob.Does(`{"event":"join","data":"rust","id":1}`)
	conn := func(p *chattest.Person) *Conn {
		n.hub.mu.Lock()
		defer n.hub.mu.Unlock()
		return n.hub.conns[p.ID]
	}
	sent := func(p *chattest.Person, data string, id int64) Event {
		e := message(data, "go")
		e.Except, e.Sent = []string{p.ID}, &Sent{conn: conn(p), id: &id}
		return e
	}
	burst := []Event{
		message(`1`, "go"), sent(alice, `2`, 2), message(`3`, "go"), sent(bob, `4`, 4), sent(alice, `5`, 5),
		message(`6`, "rust"), message(`7`), message(`8`, "go", "rust"), message(`9`, "go"),
	}
	n.hub.Deliver(burst)
	view := func(p *chattest.Person, frames int) (view []string) {
		for range frames {
			f := p.Next()
			if f.ID != nil {
				view = append(view, fmt.Sprint(f.Event, *f.ID))
				continue
			}
			view = append(view, string(f.Data))
		}
		return view
	}
	// Nobody has told Accepted: what has come back was taken all the same, so
	// the "$ack" that is due goes before "$placed".
	require.Equal(t, []string{"1", "$ack2", "$placed2", "3", "4", "$ack5", "$placed5", "7", "8", "9"}, view(alice, 10))
	require.Equal(t, []string{"1", "2", "3", "$ack4", "$placed4", "5", "6", "7", "8", "9"}, view(bob, 10))
	require.EqualValues(t, 6+8, n.hub.Stats().Deliveries)
}

func TestNewsOfAMessageIsToldOnce(t *testing.T) {
	n := serve(t, unlimited)
	alice := n.Enter("alice", "go")
	n.hub.mu.Lock()
	c := n.hub.conns[alice.ID]
	n.hub.mu.Unlock()
	id := int64(1)
	failed := &Sent{conn: c, id: &id}
	failed.Failed("the master did not answer within 1s")
	failed.Failed("again")
	failed.Accepted()
	f := alice.Next()
	require.Equal(t, "$error", f.Event)
	require.JSONEq(t, `{"code":"unavailable","text":"the master did not answer within 1s"}`, string(f.Data))
	require.Equal(t, id, *f.ID)
	alice.HearsNothing()

	accepted := &Sent{conn: c, id: &id}
	accepted.Accepted()
	accepted.Accepted()
	accepted.Failed("too late")
	require.Equal(t, "$ack", alice.Next().Event)
	alice.HearsNothing()

	// Nobody asked for an acknowledgement, but that it failed must be told.
	(&Sent{conn: c}).Failed("away")
	f = alice.Next()
	require.Equal(t, "$error", f.Event)
	require.Nil(t, f.ID)

	// It failed, and came back after all: it has a place, but no "$ack".
	failed = &Sent{conn: c, id: &id}
	failed.Failed("away")
	e := message(`1`, "go")
	e.Sent, e.Except = failed, []string{alice.ID}
	n.hub.Deliver([]Event{e})
	require.Equal(t, "$error", alice.Next().Event)
	require.Equal(t, "$placed", alice.Next().Event)
	alice.HearsNothing()
}

func TestOversizeEventIsDroppedAndCounted(t *testing.T) {
	n := serve(t, Options{RatePerSecond: -1, MaxMessageBytes: 500, MaxQueueBytes: 8000})
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	n.hub.Deliver([]Event{
		message(`1`, "go"), message(`"`+strings.Repeat("x", 4000)+`"`, "go"), message(`2`, "go"),
		{Name: "binary", Binary: make([]byte, 4000)}, message(`3`),
		message(`"` + strings.Repeat("y", 3900) + `"`), // just not
	})
	for _, p := range []*chattest.Person{alice, bob} {
		p.Hears("1", "2", "3")
		require.Len(t, p.Next().Data, 3902)
		p.HearsNothing() // and is connected
	}
	s := n.hub.Stats()
	require.EqualValues(t, 2, s.Oversize)
	require.EqualValues(t, 2*4, s.Deliveries)
	require.Zero(t, s.Slow)
}

func TestLargestMessageOfTheLongestNamesArrives(t *testing.T) {
	// With the smallest queue that is allowed: what a node adds must fit in.
	o := Options{RatePerSecond: -1, MaxMessageBytes: 400}
	o.MaxQueueBytes = 2 * (o.MaxMessageBytes + frameOverhead)
	n := serve(t, o)
	name, room := strings.Repeat("<", 32), strings.Repeat("&", 64)
	alice, bob := n.Enter(name, room), n.Enter(name, room)
	frame := `{"event":"` + strings.Repeat(">", 64) + `","data":"` + strings.Repeat("x", 400-64-22) + `"}`
	require.LessOrEqual(t, len(frame), 400)
	alice.Says(frame)
	require.Equal(t, room, bob.Next().Room)
	o.MaxQueueBytes--
	_, err := NewHub(o)
	require.ErrorContains(t, err, "MAX_QUEUE_BYTES")
}

// rewriting is a relay that writes data anew, as one through MessagePack does, but with all digits of a number.
type rewriting struct{ hub *Hub }

func (r *rewriting) Publish(e Event) error {
	e.Data = []byte(strings.ReplaceAll(string(e.Data), "1e20", "100000000000000000000"))
	r.hub.Deliver([]Event{e})
	return nil
}

func TestMessageThatGrewOnItsWayArrives(t *testing.T) {
	relay := new(rewriting)
	n := serve(t, Options{RatePerSecond: -1, Relay: relay})
	relay.hub = n.hub
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	most := n.hub.o.MaxMessageBytes
	frame := `{"event":"message","id":1,"data":[` + strings.Repeat("1e20,", (most-40)/5) + `1e20]}`
	require.InDelta(t, most, len(frame), 10)
	alice.Does("%s", frame)
	require.Greater(t, len(bob.Next().Data), 4*len(frame))
	require.Zero(t, n.hub.Stats().Oversize)
}

func TestManyEventsAreDeliveredInPieces(t *testing.T) {
	n := serve(t, Options{RatePerSecond: -1, MaxQueueBytes: 8 << 20})
	alice := n.Enter("alice", "go")
	var burst []Event
	for i := range 3000 { // 1.3 MB: some 20 pieces
		burst = append(burst, message(fmt.Sprintf(`"%d %s"`, i, strings.Repeat("x", 400)), "go"))
	}
	n.hub.Deliver(burst)
	for i := range 3000 {
		require.True(t, strings.HasPrefix(string(alice.Next().Data), fmt.Sprintf(`"%d x`, i)))
	}
	n.hub.Deliver(nil)
}
