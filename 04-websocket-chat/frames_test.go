package chat

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestPingIsAnsweredAtOnce(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	alice.Says(`{"event":"$ping"}`)
	require.Equal(t, frame.Frame{Event: "$pong"}, alice.Next())
	bob.HearsNothing()
}

func TestBinaryFrameArrivesByteForByte(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.Enter("alice", "go"), n.Enter("bob", "go"), n.Enter("carol", "rust")
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	large := make([]byte, 65536)
	alice.Does(`{"event":"join","data":"rust","id":1}`) // the room of the URL counts
	for _, payload := range [][]byte{{}, every, every[:125], every[:126], large[:65535], large} {
		require.NoError(t, alice.WS.WriteMessage(websocket.BinaryMessage, payload))
		for {
			kind, got := bob.Read()
			if kind == websocket.TextMessage { // presence
				continue
			}
			require.Equal(t, payload, got)
			break
		}
	}
	alice.HearsNothing() // no acknowledgement, and not itself
	carol.HearsNothing()
	alice.Does(`{"event":"leave","data":"go","id":2}`)
	require.NoError(t, alice.WS.WriteMessage(websocket.BinaryMessage, every))
	f := alice.Next()
	require.Equal(t, "$error", f.Event)
	require.Contains(t, string(f.Data), `"not_in_room"`)
}

// kept is a relay that keeps what it is given, as one to other nodes does.
type kept struct{ events chan Event }

func (k kept) Publish(e Event) error { k.events <- e; return nil }

func TestRelayMayKeepAnEvent(t *testing.T) {
	k := kept{make(chan Event, 10)}
	n := serve(t, Options{Relay: k, RatePerSecond: -1})
	alice := n.Enter("alice", "go")
	for _, payload := range []string{"", "first", "other"} { // an empty one as the very first, too
		require.NoError(t, alice.WS.WriteMessage(websocket.BinaryMessage, []byte(payload)))
	}
	for _, data := range []string{`"first"`, `"other"`} {
		alice.Says(`{"event":"message","data":` + data + `,"id":1}`)
	}
	alice.HearsNothing() // and no "$ack": the relay has not said that it took them
	for _, payload := range []string{"", "first", "other"} {
		e := <-k.events
		require.Equal(t, "binary", e.Name)
		require.NotNil(t, e.Binary, "a binary event without bytes is one all the same")
		require.Equal(t, payload, string(e.Binary))
	}
	for _, data := range []string{`"first"`, `"other"`} {
		e := <-k.events
		require.Equal(t, data, string(e.Data))
		require.Equal(t, []string{"go"}, e.Rooms)
		require.Equal(t, []string{alice.ID}, e.Except)
		require.Equal(t, "alice", e.From)
	}
}

// reserving is a relay that has names of its own.
type reserving struct{}

func (reserving) Publish(e Event) error {
	return fmt.Errorf("publish: %w", frame.Problemf(frame.CodeReservedEvent, "the event %q is taken", e.Name))
}

func TestRelayDecidesTheCodeOfItsRefusal(t *testing.T) {
	n := serve(t, Options{Relay: reserving{}})
	alice := n.Enter("alice", "go")
	alice.Says(`{"event":"disconnect","id":7}`)
	f := alice.Next()
	require.Equal(t, "$error", f.Event)
	require.EqualValues(t, 7, *f.ID)
	require.JSONEq(t, `{"code":"reserved_event","text":"the event \"disconnect\" is taken"}`, string(f.Data))
	require.Zero(t, n.hub.Stats().Received)
}

// refusing is a relay that can carry nothing.
type refusing struct{}

func (refusing) Publish(Event) error { return errors.New("too long for the wire") }

func TestWhatCannotBeCarriedIsRefused(t *testing.T) {
	n := serve(t, Options{Relay: refusing{}, RatePerSecond: -1})
	alice := n.Enter("alice", "go")
	alice.Says(`{"event":"message","id":7}`)
	f := alice.Next()
	require.JSONEq(t, `{"code":"bad_frame","text":"too long for the wire"}`, string(f.Data))
	require.Equal(t, int64(7), *f.ID)
	require.NoError(t, alice.WS.WriteMessage(websocket.BinaryMessage, []byte("x")))
	require.Equal(t, "$error", alice.Next().Event)
	require.Zero(t, n.hub.Stats().Received)
}

func TestTooLargeIsClosedWith1009(t *testing.T) {
	const most = 1000
	for name, kind := range map[string]int{"text": websocket.TextMessage, "binary": websocket.BinaryMessage} {
		t.Run(name, func(t *testing.T) {
			n := serve(t, Options{MaxMessageBytes: most, RatePerSecond: -1})
			alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
			frame := []byte(`{"event":"message","data":"` + strings.Repeat("x", most-29) + `"}`)
			require.Len(t, frame, most)
			require.NoError(t, alice.WS.WriteMessage(kind, frame))
			for kindOf(bob) != kind {
			}
			require.NoError(t, alice.WS.WriteMessage(kind, append(frame, ' ')))
			require.NoError(t, alice.WS.WriteMessage(kind, make([]byte, 4<<20))) // the reason arrives in spite of it
			closed := alice.Closed()
			require.Equal(t, 1009, closed.Code)
			require.Contains(t, closed.Text, "larger than this node takes")
			bob.HearsNothing()
		})
	}
}

func kindOf(p *chattest.Person) int {
	p.T.Helper()
	for {
		kind, payload := p.Read()
		if !strings.Contains(string(payload), "$presence") {
			return kind
		}
	}
}

func TestFragmentsAreOneFrame(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.Enter("alice", "go"), n.Enter("bob", "go")
	w, err := alice.WS.NextWriter(websocket.TextMessage)
	require.NoError(t, err)
	text := `{"event":"message","data":"` + strings.Repeat("本", 5000) + `"}`
	for i := range len(text) { // more than the writer's buffer holds: it sends fragments, and splits characters
		_, err := w.Write([]byte{text[i]})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.Len(t, bob.Next().Data, 15002)
}
