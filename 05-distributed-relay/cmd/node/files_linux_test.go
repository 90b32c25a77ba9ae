package main

import (
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
)

// A program that is started with NODE_FILES may have so many files open. Go would raise
// the soft limit to the hard one again: so both are set, before main begins.
func init() {
	if n, err := strconv.ParseUint(os.Getenv("NODE_FILES"), 10, 32); err == nil {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			panic(err)
		}
	}
}

// Clients and silent sockets take all descriptors that a node has for them. It keeps
// some: for /readyz, and to find its servers again when they have closed their connections.
func TestNodeKeepsDescriptorsForRedis(t *testing.T) {
	topologytest.Faults(t)
	top := topologytest.Start(t, 1)
	p := start(t, append(at(top.Addrs()[0], top.Addrs()[1]), "NODE_FILES=40")...).awaitReady()
	require.Equal(t, "6", p.awaitLog(`msg="room for clients" max_conns=(\d+) sockets=8`))
	alice, bob := p.dial("alice", "lobby"), p.dial("bob", "lobby")
	silence := func() {
		for range 30 {
			conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
			require.NoError(t, err)
			t.Cleanup(func() { _ = conn.Close() })
		}
	}
	silence()
	var full error
	for i := 0; full == nil && i < 10; i++ {
		var conn *chatclient.Client
		if conn, full = chatclient.Dial(t.Context(), p.url, chatclient.DialOptions{Name: "crowd"}); full == nil {
			t.Cleanup(func() { _ = conn.Close() })
		}
	}
	require.ErrorContains(t, full, "MAX_CONNS")
	p.awaitLog(`level=WARN msg="as many sockets are open as file descriptors allow`)
	for i := range top.Addrs() {
		require.NoError(t, top.Kill(i))
		require.Eventually(t, func() bool { status, _ := p.readyz(); return status == http.StatusServiceUnavailable }, patience, 5*time.Millisecond)
		silence() // they want what the closed connections have left
		require.NoError(t, top.Restart(t.Context(), i))
		p.awaitReady()
	}
	alice.say("still here", 1)
	bob.until("message")
	require.NotContains(t, p.log.String(), "too many open files")
}
