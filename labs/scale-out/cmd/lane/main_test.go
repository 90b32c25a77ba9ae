package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topology"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/labs/scale-out/lanemap"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// program runs lane; code is its exit code.
func program(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	err := run(t.Context(), args, func(string) string { return "" }, &o)
	return cmdline.Exit("lane", err, &e), o.String(), e.String()
}

func startSets(t *testing.T) (file string, tops []topology.Topology) {
	topologytest.Faults(t) // of running servers there is one set
	m := &lanemap.Map{}
	for _, name := range []string{"set-a", "set-b"} {
		top := topologytest.Start(t, 1)
		tops = append(tops, top)
		m.Sets = append(m.Sets, lanemap.Set{Name: name, Master: top.Addrs()[0], Replicas: top.Addrs()[1:]})
	}
	file = filepath.Join(t.TempDir(), "sets.map")
	require.NoError(t, m.Write(file))
	return file, tops
}

func TestLaneMovesAndAllSayWhereItIs(t *testing.T) {
	file, tops := startSets(t)
	a, b := tops[0].Addrs()[0], tops[1].Addrs()[0]
	says := func(want string, args ...string) {
		t.Helper()
		code, out, errOut := program(t, append([]string{"-map", file, "-timeout", "2m"}, args...)...)
		require.Equal(t, []any{0, ""}, []any{code, errOut})
		require.Regexp(t, "^"+want+"$", out)
	}
	says("go is on lane 86, at set-a\n", "of", "go")
	says("set-a at "+a+": 128 lanes\nset-b at "+b+": 128 lanes\n", "list")
	says(`lane 86 has moved from set-a to set-b; nodes that hear it: 0; it took \S+`+"\n", "move", "86", "set-b")
	says("lane 86 is at set-b\n", "move", "86", "set-b")
	says("go is on lane 86, at set-b\n", "of", "go")
	says("set-a at "+a+": 127 lanes\nset-b at "+b+": 129 lanes; moved there: 86\n", "list")
}

func TestMistakeOfTheCallerIsASentence(t *testing.T) {
	file, tops := startSets(t)
	for _, try := range []struct {
		code int
		want string
		args []string
	}{
		{2, "lane: what to do? usage: lane ", nil},
		{2, "lane: what to do? usage: lane ", []string{"-map", file, "list", "all"}},
		{2, "lane: what to do? usage: lane ", []string{"-map", file, "go"}},
		{2, `lane: "256": want 0 to 255 (256 is for everybody, and stays on the first set)`, []string{"-map", file, "move", "256", "set-b"}},
		{1, `lane: no set is named "set-c" in the map`, []string{"-map", file, "move", "1", "set-c"}},
		{1, "lane: read the map: open ", []string{"-map", file + ".not", "list"}},
	} {
		code, out, errOut := program(t, try.args...)
		require.Equal(t, try.code, code, "%q: %s", try.args, errOut)
		require.Empty(t, out, "%q", try.args)
		require.Contains(t, errOut, try.want, "%q", try.args)
	}
	require.NoError(t, tops[1].Kill(0))
	code, _, errOut := program(t, "-map", file, "of", "lobby")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "lane: ask set-b at "+tops[1].Addrs()[0]+" what has moved: ")
}
