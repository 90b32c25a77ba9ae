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

// emit runs the program; code is its exit code.
func emit(env map[string]string, args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	err := run(args, func(name string) string { return env[name] }, &o)
	return cmdline.Exit("laneemit", err, &e), o.String(), e.String()
}

func TestReceiptSaysWhichSetTookTheEvent(t *testing.T) {
	topologytest.Faults(t) // of running servers there is one set
	m := &lanemap.Map{}
	var tops []topology.Topology
	for i, name := range []string{"set-a", "set-b"} {
		top := topologytest.Start(t, i+1)
		tops = append(tops, top)
		m.Sets = append(m.Sets, lanemap.Set{Name: name, Master: top.Addrs()[0], Replicas: top.Addrs()[1:]})
	}
	file := filepath.Join(t.TempDir(), "sets.map")
	require.NoError(t, m.Write(file))
	emits := func(want string, args ...string) {
		t.Helper()
		code, out, errOut := emit(nil, append([]string{"-timeout", "2m"}, args...)...)
		require.Equal(t, []any{0, ""}, []any{code, errOut})
		require.Regexp(t, "^"+want+` replicas in \S+`+"\n$", out)
	}
	emits("set-a took it on lane 86: reached 1 of 1", "-map", file, "-to", "go", "message", "hi")
	emits("set-b took it on lane 247: reached 2 of 2", "-map", file, "-to", "lobby", "-except", "bots", "message", `{"n":1}`)
	emits("set-a took it on lane 256: reached 1 of 1", "-map", file, "-to", "go", "-to", "lobby", "message")
	emits(tops[1].Addrs()[0]+" took it on lane 86: reached 2 of 2", "-redis", tops[1].Addrs()[0], "-to", "go", "-wait", "2", "message")

	require.NoError(t, tops[1].Kill(0))
	emits("set-a took it on lane 86: reached 1 of 1", "-map", file, "-to", "go", "message", "hi")
	code, out, errOut := emit(nil, "-timeout", "2m", "-map", file, "-to", "lobby", "message", "hi")
	require.Equal(t, []any{1, ""}, []any{code, out})
	require.Contains(t, errOut, "laneemit: emit on lane 247, which is at set-b: publish to "+tops[1].Addrs()[0]+": nobody answers there")
}

func TestReplicaIsRefusedAsAMaster(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	if len(addrs) < 2 {
		t.Skip("WORKBOOK_REDIS names a master alone: this test needs a replica")
	}
	code, _, errOut := emit(nil, "-timeout", "2m", "-redis", addrs[1], "message")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "publish to "+addrs[1]+": this is a replica of ")
	require.Contains(t, errOut, "what is published here reaches no other server: write its master into the map")
}

func TestMistakeOfTheCallerIsASentence(t *testing.T) {
	for _, try := range []struct {
		want string
		args []string
	}{
		{"laneemit: name an EVENT, for example: laneemit -to lobby message 'Hello!'", nil},
		{`laneemit: "more" is one argument too many`, []string{"message", "hi", "more"}},
		{"laneemit: this name of an event cannot be used: ", []string{"$presence"}},
		{"laneemit: this name of a room cannot be used: it is empty", []string{"-to", "", "message"}},
		{"laneemit: -wait ", []string{"-wait", "-1", "message"}},
		{"laneemit: -channel-prefix ", []string{"-channel-prefix", "a b", "message"}},
	} {
		code, out, errOut := emit(nil, try.args...)
		require.Equal(t, []any{2, ""}, []any{code, out}, "%q: %s", try.args, errOut)
		require.Contains(t, errOut, try.want, "%q", try.args)
	}
	code, _, errOut := emit(map[string]string{"CHANNEL_PREFIX": "a b"}, "message")
	require.Equal(t, 2, code)
	require.Contains(t, errOut, "CHANNEL_PREFIX")
	code, _, errOut = emit(nil, "-map", filepath.Join(t.TempDir(), "none"), "message")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "laneemit: read the map: open ")
}
