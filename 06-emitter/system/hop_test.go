package system

import (
	"testing"

	"github.com/stretchr/testify/require"

	relay "example.com/redis-chat/05-distributed-relay"
)

func TestSpeakerIsWhoSpeaksAndToWhom(t *testing.T) {
	for want, e := range map[string]relay.Envelope{
		"alice in lobby:":                   {From: "alice", Rooms: []string{"lobby"}, Except: []string{"her connection"}},
		"emitter to all:":                   {UID: relay.EmitterUID},
		"emitter in a, b:":                  {UID: relay.EmitterUID, Rooms: []string{"a", "b"}},
		"emitter to all, but not in lobby:": {UID: relay.EmitterUID, Except: []string{"lobby"}},
		"server abc123 to all:":             {UID: "abc123"},
	} {
		require.Equal(t, want, newHop("", "", &e).speaker())
	}
}
