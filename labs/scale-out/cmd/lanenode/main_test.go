package main

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// The test program is the program under test, too, when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv("LANENODE_RUN_MAIN") != "" {
		main()
		os.Exit(0)
	}
	redistest.Main(m)
}

// patience ends a test that waits for what never comes. It says nothing about how soon it should.
const patience = 2 * time.Minute

// program is lanenode, with nothing but this in its environment.
func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Env = slices.Concat([]string{
		"LANENODE_RUN_MAIN=1", "PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"), "LISTEN_HOST=127.0.0.1", "PORT=0",
		"GORACE=atexit_sleep_ms=0", // or each program, with the race detector, takes a second to end
	}, env)
	return cmd
}

// start starts a node, and returns its URL when it listens.
func start(t *testing.T, env []string, args ...string) (cmd *exec.Cmd, url string) {
	t.Helper()
	cmd = program(t, env, args...)
	var log redistest.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	require.NoError(t, launch.StartChild(cmd))
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // an error says that it has ended already
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	listening := regexp.MustCompile(`msg=listening addr=(\S+)`)
	var addr []string
	require.Eventually(t, func() bool { addr = listening.FindStringSubmatch(log.String()); return addr != nil }, patience, 5*time.Millisecond)
	return cmd, "http://" + addr[1]
}

// get is a page of a node. The connection is not kept: a node that ends waits for it.
func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(text)
}

// startReady starts a node at a test's own server, by the flags that it makes of its address, and returns when it delivers.
func startReady(t *testing.T, flags func(server string) []string) (cmd *exec.Cmd, url string) {
	t.Helper()
	server := redistest.Start(t).Options().Addr
	host, port, err := net.SplitHostPort(server)
	require.NoError(t, err)
	cmd, url = start(t, []string{"PUB_HOST=" + host, "PUB_PORT=" + port}, flags(server)...)
	require.Eventually(t, func() bool { status, _ := get(t, url+"/readyz"); return status == http.StatusOK }, patience, 5*time.Millisecond)
	return cmd, url
}

func TestNodeAtOneMasterDelivers(t *testing.T) {
	startReady(t, func(string) []string { return nil })
}

func TestNodeOfAMapSaysWhichSetsDeliver(t *testing.T) {
	_, url := startReady(t, func(server string) []string {
		file := filepath.Join(t.TempDir(), "sets.map")
		require.NoError(t, os.WriteFile(file, []byte("set set-a "+server+"\n"), 0o600))
		return []string{"-map", file}
	})
	status, body := get(t, url+"/readyz?part=set-b")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, `there is no part \"set-b\"`)
}

func TestMistakeOfTheCallerIsASentence(t *testing.T) {
	for _, try := range []struct {
		code int
		want string
		args []string
	}{
		{2, `lanenode: -replica "first": want a whole number from 0 to 1000`, []string{"-replica", "first"}},
		{2, `lanenode: -cluster "7000": `, []string{"-cluster", "7000"}},
		{2, `lanenode: -port "x": `, []string{"-port", "x"}},
		{2, "-no-such-flag", []string{"-no-such-flag"}},
		{2, "lane move does not move them", []string{"-cluster", "127.0.0.1:1", "-map", "sets.map"}},
		{1, "lanenode: read the map: open ", []string{"-map", filepath.Join(t.TempDir(), "none.map")}},
		{1, "name a server of a Redis Cluster", []string{"-cluster", redistest.Nobody(t)}},
	} {
		var errOut bytes.Buffer
		cmd := program(t, nil, try.args...)
		cmd.Stderr = &errOut
		require.NoError(t, launch.StartChild(cmd))
		late := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		require.Error(t, cmd.Wait(), "%q", try.args)
		late.Stop()
		require.Equal(t, try.code, cmd.ProcessState.ExitCode(), "%q: %s", try.args, errOut.String())
		require.Contains(t, errOut.String(), try.want, "%q", try.args)
		require.Equal(t, 1, strings.Count(errOut.String(), "\n"), "one sentence: %s", errOut.String())
	}
}
