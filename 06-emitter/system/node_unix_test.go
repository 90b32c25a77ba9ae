//go:build unix

package system

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNodeMayTakeASecondBeyondItsGrace(t *testing.T) {
	const script = `trap 'echo leaving >&2; sleep 1; echo done >&2; exit 0' TERM; echo started >&2; while :; do sleep 0.02; done`
	s, out := silent(t)
	s.o.Grace = 10 * time.Millisecond
	lines := make(chan string, 10)
	n := &node{
		name: "node-1", command: []string{"sh", "-c", script}, env: []string{"PATH=/bin:/usr/bin"},
		log: func(_ *node, line []byte) { lines <- string(line) },
	}
	require.NoError(t, n.start())
	require.Equal(t, "started", <-lines)
	s.endNode(n, n.close)
	close(lines)
	var last string
	for last = range lines {
	}
	require.Equal(t, "done", last, "it was killed, though it was about to end")
	s.feed.end()
	require.NotContains(t, out.String(), "killed")
}
