package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// withSecret is a real server that knows the user "chat" by a password, and its
// client that may change that.
func withSecret(t *testing.T, password string) (*launch.Process, *redis.Client) {
	t.Helper()
	redistest.NeedsVersion(t, 6, 2, "a user's rights to channels")
	path := filepath.Join(t.TempDir(), "users.acl")
	users := fmt.Sprintf("user default off\nuser chat on >%s ~* &* +@all\nuser root on >root ~* &* +@all\n", password)
	require.NoError(t, os.WriteFile(path, []byte(users), 0o600))
	server := redistest.Process(t, launch.ProcessOptions{Args: []string{"--aclfile", path}})
	root := redis.NewClient(&redis.Options{Addr: server.Addr(), Username: "root", Password: "root"})
	t.Cleanup(func() { _ = root.Close() })
	return server, root
}

// A password is told to the servers, and to nobody else.
func TestPasswordIsShownNowhere(t *testing.T) {
	const secret = "s3cr3t-"
	password := secret + rand.Text()
	server, root := withSecret(t, password)
	env := append(at(server.Addr(), server.Addr()), "REDIS_USERNAME=chat", "LOG_LEVEL=debug", "PPROF_ADDR=127.0.0.1:0")
	right := slices.Concat(env, []string{"REDIS_PASSWORD=" + password})

	var seen strings.Builder // all that a node ever shows
	show := func(what, text string) { fmt.Fprintf(&seen, "== %s\n%s\n", what, text) }

	_, sentence := runToEnd(t, slices.Concat(env, []string{"REDIS_PASSWORD=" + secret + "wrong"}))
	show("wrong password", sentence)
	_, sentence = runToEnd(t, slices.Concat(right, []string{"PORT=x"}))
	show("bad value", sentence)
	_, sentence = runToEnd(t, right, password)
	require.Contains(t, sentence, password, "what is no flag is said; so this test can see it")
	help := program(t, right, "-h")
	said, err := help.CombinedOutput()
	require.NoError(t, err)
	show("help", string(said))

	n := start(t, right...).awaitReady()
	profiles := n.awaitLog(`msg=profiles url=(\S+)`)
	look := func(when string) {
		for _, path := range []string{"/", "/metrics", "/readyz", "/healthz", "/ws", "/nothing"} {
			_, body := fetch(t, n.url+path)
			show(when+" "+path, body)
		}
	}
	alice := n.dial("alice", "lobby")
	alice.say("hi", 1)
	look("ready")
	for _, path := range []string{"", "cmdline", "goroutine?debug=2", "heap?debug=1"} {
		_, body := fetch(t, profiles+path)
		show("profile "+path, body)
	}
	if runtime.GOOS == "linux" {
		words, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", n.Process.Pid))
		require.NoError(t, err)
		show("ps", string(bytes.ReplaceAll(words, []byte{0}, []byte{' '})))
	}

	notReady := func(why string) {
		t.Helper()
		require.Eventually(t, func() bool {
			status, reason := n.readyz()
			return status == http.StatusServiceUnavailable && strings.Contains(reason, why)
		}, patience, 5*time.Millisecond, why)
		look(why)
	}
	require.NoError(t, server.Kill())
	notReady("")
	require.NoError(t, server.Restart(t.Context()))
	n.awaitReady()
	require.NoError(t, root.Do(t.Context(), "ACL", "SETUSER", "chat", "resetpass", ">another").Err())
	require.NoError(t, root.Do(t.Context(), "CLIENT", "KILL", "USER", "chat").Err())
	notReady("WRONGPASS")
	require.NoError(t, root.Do(t.Context(), "ACL", "SETUSER", "chat", ">"+password).Err())
	n.awaitReady()
	require.NoError(t, n.Process.Kill())
	_ = n.awaitEnd()
	show("log", n.log.String())

	require.Contains(t, seen.String(), "chat_ready 1")
	require.Contains(t, seen.String(), "level=DEBUG")
	require.NotContains(t, seen.String(), secret)
}
