package chat

import (
	"encoding/json"
	"slices"
	"testing"
	"unicode/utf8"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// caught is a relay that keeps the last event.
type caught struct{ event *Event }

func (r *caught) Publish(e Event) error { r.event = &e; return nil }

// unconnected is a connection in room "go" without a socket: what it would be
// sent stays in its queue.
func unconnected(t *testing.T, relay Relay) *Conn {
	hub, err := NewHub(Options{Relay: relay})
	require.NoError(t, err)
	c := &Conn{hub: hub, id: frame.NewID(), name: "alice", home: "go"}
	c.self = []string{c.id}
	c.out.limit, c.out.writing = hub.o.MaxQueueBytes, true // as if somebody wrote
	home := hub.room(c.home)
	home.add(c)
	c.rooms = append(c.rooms, home)
	return c
}

// answers are the frames that the node has sent to this client alone.
func (c *Conn) answers(t *testing.T) (frames []frame.Frame) {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	for _, chunk := range c.out.chunks {
		for len(chunk) > 0 {
			require.EqualValues(t, frame.OpText, chunk[0])
			begin, size := 2, int(chunk[1])
			if size == 126 {
				begin, size = 4, int(chunk[2])<<8|int(chunk[3])
			}
			text := chunk[begin : begin+size]
			require.True(t, utf8.Valid(text), "%q", text)
			var f frame.Frame
			require.NoError(t, json.Unmarshal(text, &f), "%q", text)
			if f.Event != "$presence" {
				frames = append(frames, f)
			}
			chunk = chunk[begin+size:]
		}
	}
	return frames
}

var documentedCodes = []frame.ErrorCode{frame.CodeBadFrame, frame.CodeReservedEvent, frame.CodeNotInRoom, frame.CodeForbidden}

// FuzzFrame hands a text frame to all that handles one. Whatever it is: nothing
// panics, the sender gets one answer at most, an error is a documented one, and
// what passes means to its receivers what encoding/json reads in it.
//
//	go test -run '^$' -fuzz '^FuzzFrame$' -fuzztime 10m -fuzzminimizetime 10x .
//
// Without the last flag most of the time goes into making what is new small.
func FuzzFrame(f *testing.F) {
	for _, text := range slices.Concat(chattest.CommonFrames, chattest.OddFrames) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !utf8.Valid(text) {
			return // closed with 1007 before it gets so far
		}
		relay := new(caught)
		c := unconnected(t, relay)
		c.text(slices.Clone(text))
		answers := c.answers(t)
		var sent frame.Frame
		err := json.Unmarshal(text, &sent)
		if relay.event != nil {
			require.NoError(t, err)
			require.Empty(t, answers, "what becomes of it the relay tells")
			arrivesAs(t, c, *relay.event, sent)
			return
		}
		if len(answers) == 0 {
			require.Contains(t, []string{"join", "leave"}, sent.Event)
			require.Nil(t, sent.ID)
			return
		}
		require.Len(t, answers, 1)
		answer := answers[0]
		if err == nil && sent.Event != "$ping" {
			require.Equal(t, sent.ID, answer.ID)
		}
		switch answer.Event {
		case "$pong":
			require.Equal(t, "$ping", sent.Event)
		case "$ack":
			require.Contains(t, []string{"join", "leave"}, sent.Event)
		default:
			require.Equal(t, "$error", answer.Event)
			var problem frame.Problem
			require.NoError(t, json.Unmarshal(answer.Data, &problem))
			require.Contains(t, documentedCodes, problem.Code)
			require.Less(t, len(problem.Text), 500, "a sentence")
			require.True(t, frame.ValidLabel(problem.Text), "that can be shown: %q", problem.Text)
			if err != nil {
				require.Equal(t, frame.CodeBadFrame, problem.Code)
			}
		}
	})
}

// arrivesAs checks what a receiver reads of an event against what was sent.
func arrivesAs(t *testing.T, c *Conn, e Event, sent frame.Frame) {
	t.Helper()
	require.Equal(t, c.self, e.Except)
	require.NotEqual(t, "$", e.Name[:1])
	if sent.Room == "" {
		sent.Room = c.home
	}
	wire, text := e.appendFrame(nil, nil)
	require.Greater(t, len(wire), len(text))
	require.True(t, utf8.Valid(text), "%q", text)
	got, problem := frame.Parse(text)
	require.Nil(t, problem, "what a node says must not nest too deeply either: %q", text)
	require.NotEmpty(t, got.At)
	require.Equal(t, frame.Frame{Event: sent.Event, Data: sent.Data, Room: sent.Room, From: "alice", At: got.At}, got)
}
