package livemap

import (
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/05-distributed-relay/wire"
)

func TestSpeakerIsWhoSpeaksAndToWhom(t *testing.T) {
	for want, e := range map[string]wire.Envelope{
		"alice in lobby:":                   {From: "alice", Rooms: []string{"lobby"}, Except: []string{"her connection"}},
		"emitter to all:":                   {UID: wire.EmitterUID},
		"emitter in a, b:":                  {UID: wire.EmitterUID, Rooms: []string{"a", "b"}},
		"emitter to all, but not in lobby:": {UID: wire.EmitterUID, Except: []string{"lobby"}},
		"server abc123 to all:":             {UID: "abc123"},
	} {
		require.Equal(t, want, NewHop("", "", &e).Speaker())
	}
}
