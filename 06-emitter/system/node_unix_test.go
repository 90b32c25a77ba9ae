//go:build unix

package system

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/06-emitter/system/child"
)

func TestNodeMayTakeASecondBeyondItsGrace(t *testing.T) {
	const script = `trap 'echo leaving >&2; sleep 1; echo done >&2; exit 0' TERM; echo started >&2; while :; do sleep 0.02; done`
	s, out := silent(t)
	s.o.Grace = 10 * time.Millisecond
	lines := make(chan string, 10)
	n := child.New(child.Options{
		Name: "node-1", Command: []string{"sh", "-c", script}, Env: []string{"PATH=/bin:/usr/bin"},
		Log: func(line []byte) (keep bool) { lines <- string(line); return true },
	})
	require.NoError(t, n.Start())
	require.Equal(t, "started", <-lines)
	s.endNode(n, n.Close)
	close(lines)
	var last string
	for last = range lines {
	}
	require.Equal(t, "done", last, "it was killed, though it was about to end")
	s.feed.Close()
	require.NotContains(t, out.String(), "killed")
}
