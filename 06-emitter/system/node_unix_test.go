//go:build unix

package system

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/06-emitter/system/child"
)

// shell is a node that does what a script says.
func shell(script string, log chan<- string) *child.Process {
	return child.New(child.Options{
		Name: "node-1", Command: []string{"sh", "-c", script}, Env: []string{"PATH=/bin:/usr/bin"},
		Log: func(line []byte) (keep bool) { log <- string(line); return true },
	})
}

func TestNodeMayTakeASecondBeyondItsGrace(t *testing.T) {
	const script = `trap 'echo leaving >&2; sleep 1; echo done >&2; exit 0' TERM; echo started >&2; while :; do sleep 0.02; done`
	s, out := silent(t)
	s.o.Grace = 10 * time.Millisecond
	lines := make(chan string, 10)
	n := shell(script, lines)
	require.NoError(t, n.Start())
	require.Equal(t, "started", <-lines)
	s.endNode(n, n.Close)
	close(lines)
	var last string
	for last = range lines {
	}
	require.Equal(t, "done", last, "it was killed, though it was about to end")
	s.feed.end()
	require.NotContains(t, out.String(), "killed")
}

func TestNodesAreAskedByTheFirstMapAndToldToStopAfterTheLast(t *testing.T) {
	heard := make(chan string, 10)
	n := shell("while read -r line; do echo $line >&2; done", heard)
	s, _ := silent(t)
	s.nodes = []*child.Process{n}
	require.NoError(t, n.Start())
	s.looked(1)
	s.looked(1)
	s.looked(-1)
	s.looked(-1)
	s.looked(1)
	require.Equal(t, []string{look, lookAway, look}, []string{<-heard, <-heard, <-heard})
	require.NoError(t, n.Kill())
	require.NoError(t, n.Start())
	require.Equal(t, look, <-heard, "what is started again is asked at once")
	require.NoError(t, n.Kill())
	require.Empty(t, heard)
}
