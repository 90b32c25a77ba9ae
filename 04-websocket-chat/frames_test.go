package chat

import (
	"errors"
	"strings"
	"testing"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

func TestPingIsAnsweredAtOnce(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	alice.says(`{"event":"$ping"}`)
	require.Equal(t, frame.Frame{Event: "$pong"}, alice.next())
	bob.hearsNothing()
}

func TestBinaryFrameArrivesByteForByte(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob, carol := n.enter("alice", "go"), n.enter("bob", "go"), n.enter("carol", "rust")
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	large := make([]byte, 65536)
	alice.does(`{"event":"join","data":"rust","id":1}`) // the room of the URL counts
	for _, payload := range [][]byte{{}, every, every[:125], every[:126], large[:65535], large} {
		require.NoError(t, alice.ws.WriteMessage(websocket.BinaryMessage, payload))
		for {
			kind, got := bob.read()
			if kind == websocket.TextMessage { // presence
				continue
			}
			require.Equal(t, payload, got)
			break
		}
	}
	alice.hearsNothing() // no acknowledgement, and not itself
	carol.hearsNothing()
	alice.does(`{"event":"leave","data":"go","id":2}`)
	require.NoError(t, alice.ws.WriteMessage(websocket.BinaryMessage, every))
	f := alice.next()
	require.Equal(t, "$error", f.Event)
	require.Contains(t, string(f.Data), `"not_in_room"`)
}

// kept is a relay that keeps what it is given, as one to other nodes does.
type kept struct{ events chan Event }

func (k kept) Publish(e Event) error { k.events <- e; return nil }

func TestRelayMayKeepAnEvent(t *testing.T) {
	k := kept{make(chan Event, 10)}
	n := serve(t, Options{Relay: k, RatePerSecond: -1})
	alice := n.enter("alice", "go")
	for _, payload := range []string{"", "first", "other"} { // an empty one as the very first, too
		require.NoError(t, alice.ws.WriteMessage(websocket.BinaryMessage, []byte(payload)))
	}
	for _, data := range []string{`"first"`, `"other"`} {
		alice.says(`{"event":"message","data":` + data + `,"id":1}`)
	}
	alice.hearsNothing() // and no "$ack": the relay has not said that it took them
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

// refusing is a relay that can carry nothing.
type refusing struct{}

func (refusing) Publish(Event) error { return errors.New("too long for the wire") }

func TestWhatCannotBeCarriedIsRefused(t *testing.T) {
	n := serve(t, Options{Relay: refusing{}, RatePerSecond: -1})
	alice := n.enter("alice", "go")
	alice.says(`{"event":"message","id":7}`)
	f := alice.next()
	require.JSONEq(t, `{"code":"bad_frame","text":"too long for the wire"}`, string(f.Data))
	require.Equal(t, int64(7), *f.ID)
	require.NoError(t, alice.ws.WriteMessage(websocket.BinaryMessage, []byte("x")))
	require.Equal(t, "$error", alice.next().Event)
	require.Zero(t, n.hub.Stats().Received)
}

func TestTooLargeIsClosedWith1009(t *testing.T) {
	const most = 1000
	for name, kind := range map[string]int{"text": websocket.TextMessage, "binary": websocket.BinaryMessage} {
		t.Run(name, func(t *testing.T) {
			n := serve(t, Options{MaxMessageBytes: most, RatePerSecond: -1})
			alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
			frame := []byte(`{"event":"message","data":"` + strings.Repeat("x", most-29) + `"}`)
			require.Len(t, frame, most)
			require.NoError(t, alice.ws.WriteMessage(kind, frame))
			for bob.kind() != kind {
			}
			require.NoError(t, alice.ws.WriteMessage(kind, append(frame, ' ')))
			require.NoError(t, alice.ws.WriteMessage(kind, make([]byte, 4<<20))) // the reason arrives in spite of it
			closed := alice.closed()
			require.Equal(t, 1009, closed.Code)
			require.Contains(t, closed.Text, "larger than this node takes")
			bob.hearsNothing()
		})
	}
}

func (p *person) kind() int {
	p.t.Helper()
	for {
		kind, payload := p.read()
		if !strings.Contains(string(payload), "$presence") {
			return kind
		}
	}
}

func TestFragmentsAreOneFrame(t *testing.T) {
	n := serve(t, unlimited)
	alice, bob := n.enter("alice", "go"), n.enter("bob", "go")
	w, err := alice.ws.NextWriter(websocket.TextMessage)
	require.NoError(t, err)
	text := `{"event":"message","data":"` + strings.Repeat("本", 5000) + `"}`
	for i := range len(text) { // more than the writer's buffer holds: it sends fragments, and splits characters
		_, err := w.Write([]byte{text[i]})
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	require.Len(t, bob.next().Data, 15002)
}
