//go:build unix

package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
)

// counting builds the program so that it writes down, when it ends, which of our functions
// have run.
func counting(t *testing.T) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "node.exe")
	build := exec.CommandContext(t.Context(), "go", "build", "-cover", "-coverpkg=example.com/redis-chat/...", "-o", name, ".")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return name
}

// visited returns the functions that have run, as file:function.
func visited(t *testing.T, dir string) map[string]bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "tool", "covdata", "func", "-i="+dir).CombinedOutput()
	require.NoError(t, err, "%s", out)
	ran := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^example\.com/redis-chat/(\S+\.go):\d+:\s+(\S+)\s+([0-9.]+)%$`).FindAllStringSubmatch(string(out), -1) {
		if m[3] != "0.0" {
			ran[m[1]+":"+strings.NewReplacer("(*", "", ")", "", "*", "").Replace(m[2])] = true
		}
	}
	require.NotEmpty(t, ran, "%s", out)
	return ran
}

// The functions that architecture.md says a message passes have run, each at the node
// that it is said of, when one message has passed.
func TestMessagePassesTheFunctionsThatAreTold(t *testing.T) {
	if testing.Short() {
		t.Skip("long: it runs once, in the run on real servers (leave -short away)")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not on the PATH: a program that counts its functions cannot be built")
	}
	counts := counting(t)
	servers := topologytest.Start(t, 2).Addrs()
	dirs, nodes := map[string]string{}, map[string]*process{}
	for i, name := range []string{"A", "B"} {
		dirs[name] = t.TempDir()
		cmd := program(t, append(at(servers[0], servers[i+1]), "NODE_NAME="+name, "GOCOVERDIR="+dirs[name]))
		cmd.Path = counts
		nodes[name] = follow(t, cmd).awaitReady()
	}
	room := redistest.Prefix(t)[:15]
	alice, bob := nodes["A"].dial("alice", room), nodes["B"].dial("bob", room)
	alice.say("is anybody there?", 1)
	require.JSONEq(t, `"is anybody there?"`, string(bob.until("message").Data))
	alice.say("that is all", 2) // when this has its place, the first one's answer was looked at
	ran := map[string]map[string]bool{}
	for name, node := range nodes {
		require.NoError(t, node.Process.Signal(syscall.SIGTERM))
		require.NoError(t, node.awaitEnd())
		ran[name] = visited(t, dirs[name])
	}

	way := section(t, doc(t, "architecture.md"), "One message, function by function")
	told := 0
	for _, step := range strings.Split(way, "\n### ")[1:] {
		title, text, _ := strings.Cut(step, "\n")
		at := "A"
		if strings.Contains(title, "ode B") {
			at = "B"
		}
		for _, m := range regexp.MustCompile("(?m)^\\| `(0[^`]+\\.go:[^`]+)` \\| (.*)$").FindAllStringSubmatch(text, -1) {
			if strings.HasPrefix(m[2], "only when ") {
				continue
			}
			require.True(t, ran[at][m[1]], "%s: %s has not run at node %s", title, m[1], at)
			told++
		}
	}
	require.Greater(t, told, 60)
}
