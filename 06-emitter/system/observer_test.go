package system

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// silent is a system of a master, two replicas and a node; nothing of it runs.
func silent(t *testing.T) (*System, *strings.Builder) {
	out := &strings.Builder{}
	s := &System{feed: livemap.NewFeed(out), observing: make(chan int, 3)}
	s.state = newState(s.became)
	t.Cleanup(s.feed.Close)
	s.state.change(func(now *known) {
		for i := range 3 {
			now.servers = append(now.servers, server{Server: status.Server{Name: s.serverName(i), State: status.Starting}, heard: status.Starting})
		}
		now.nodes = []node{{Node: status.Node{Name: "node-1", Replica: "replica-1", PID: 1, State: status.Up}}}
	})
	return s, out
}

func TestNestedProbeEndsNobody(t *testing.T) {
	s, _ := silent(t)
	s.knows("\x81\xa1x" + strings.Repeat("\x91", 12<<20)) // {"x": [[[[…
	require.Empty(t, s.paths.names)
}

func TestServerThatIsLostBeforeItsProofIsProvenLater(t *testing.T) {
	s, _ := silent(t)
	s.serverDown(t.Context(), 1, io.EOF, true)
	s.serverUp(1)
	require.Len(t, s.observing, 1, "the start waits for it")
	s.serverDown(t.Context(), 1, io.EOF, true)
	s.serverUp(1)
	require.Len(t, s.observing, 1, "once: nobody waits any more")
}
