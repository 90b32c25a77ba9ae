package system

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
)

// ear is a node's standard input.
type ear struct{ bytes.Buffer }

func (*ear) Close() error { return nil }

func TestNodesAreAskedByTheFirstMapAndToldToStopAfterTheLast(t *testing.T) {
	heard := &ear{}
	n := &node{ended: make(chan struct{}), ear: heard}
	s, _ := silent(t)
	s.nodes = []*node{n}
	s.looked(1)
	s.looked(1)
	require.Equal(t, "look\n", heard.String())
	s.looked(-1)
	require.Equal(t, "look\n", heard.String())
	s.looked(-1)
	require.Equal(t, "look\nlook away\n", heard.String())
	close(n.ended)
	s.looked(1)
	require.Equal(t, "look\nlook away\n", heard.String(), "it runs no more")
	require.True(t, n.watched, "what is started again is asked at once")
}

// What a node writes about a step is what the system reads.
func TestStepInANodesLogIsPassedOnToTheMap(t *testing.T) {
	var out bytes.Buffer
	s, _ := silent(t)
	updates, _, end := s.feed.listen()
	defer end()
	step := relay.Step{Kind: relay.Taken, Client: "id", Event: chat.Event{Data: json.RawMessage(`"hi\u0007"`), Rooms: []string{"lobby"}}}
	slog.New(slog.NewJSONHandler(&out, nil)).Info(stepMessage, "step", newStep(step))
	s.logged(&node{name: "node-1"}, out.Bytes())
	require.Equal(t, Step{Node: "node-1", Kind: "taken", Client: "id", Room: "lobby", Text: "hi\ufffd"}, *(<-updates).Step)

	s.logged(&node{name: "node-1"}, []byte(`{"msg":"step","step":{"room":"system-proof-x"}}`))
	s.logged(&node{name: "node-1"}, []byte(`{"msg":"step","step":7}`))
	require.Empty(t, updates)
}

func TestMomentsAreKeptAndNotForEver(t *testing.T) {
	s, _ := silent(t)
	for range 2 * maxMoments {
		s.notice("node-1", "once more")
	}
	require.Len(t, s.moments.get(), maxMoments)
}

func TestCommandsByHandAreOfTheProcess(t *testing.T) {
	s, _ := silent(t)
	require.Equal(t, "freeze replica-1", s.serverByHand(Freeze, 1, Server{Name: "replica-1"}), "inside the program there is no process")
	require.Empty(t, signalByHand(Kill, 0))
	require.Empty(t, signalByHand(Cut, 7))
	require.True(t, strings.HasSuffix(signalByHand(Kill, 7), " 7"))
}
