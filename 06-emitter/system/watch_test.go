package system

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// The system reads a step just as a node writes it.
func TestStepInANodesLogIsPassedOnToTheMap(t *testing.T) {
	var out bytes.Buffer
	s, _ := silent(t)
	updates, _, end := s.feed.Subscribe()
	defer end()
	e := wire.Envelope{UID: "abc123", Event: "wave", Args: []any{json.RawMessage(`{"a": 1.50}`)}, Rooms: []string{"lobby"}, From: "a\u0007", Except: []string{"id"}}
	payload, err := e.Append(nil)
	require.NoError(t, err)
	step := relay.Step{Kind: relay.Taken, Payload: string(payload)}
	slog.New(slog.NewJSONHandler(&out, nil)).Info(stepMessage, "step", newStep(step))
	s.logged("node-1", out.Bytes())
	require.Equal(t, livemap.Step{Node: "node-1", Kind: "taken", Client: "id", Room: "lobby", Text: `[wave] {"a":1.5}`}, *(<-updates).Step)
	again, err := wire.DecodeEnvelope(string(payload))
	require.NoError(t, err)
	require.Equal(t, `[wave] {"a":1.5}`, livemap.NewHop(string(payload), "", &again).Text, "an observer says the same")

	s.logged("node-1", []byte(`{"msg":"step","step":{"room":"system-proof-x"}}`))
	s.logged("node-1", []byte(`{"msg":"step","step":7}`))
	require.Empty(t, updates)
}

func TestCommandsByHandAreOfTheProcess(t *testing.T) {
	s, _ := silent(t)
	require.Equal(t, "freeze replica-1", s.serverByHand(Freeze, 1, status.Server{Name: "replica-1"}), "inside the program there is no process")
	require.Empty(t, signalByHand(Kill, 0))
	require.Empty(t, signalByHand(Cut, 7))
	require.True(t, strings.HasSuffix(signalByHand(Kill, 7), " 7"))
}
