package interop

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	chat "example.com/redis-chat/04-websocket-chat"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/06-emitter/interop/npm"
	streams "example.com/redis-chat/labs/no-message-lost"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// patience ends a test that waits for what never comes. It says nothing about how soon it should.
const patience = 2 * time.Minute

// modules installs the npm packages and returns their folder. Where they cannot be
// installed it skips the test; with REQUIRE_NODE=1 it fails instead.
func modules(t *testing.T) string {
	t.Helper()
	dir, err := npm.Install(t.Context(), "streams", os.DirFS("."))
	if err != nil {
		text := fmt.Sprintf("only Node.js can show this: install node (18 or newer) and npm, and see that npm reaches its registry: %v", err)
		if os.Getenv("REQUIRE_NODE") == "1" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	return dir
}

// nodeJS starts the server for Node.js. The test tells it lines, and gets lines.
func nodeJS(t *testing.T, args ...string) (tell func(string), next func() string) {
	cmd := exec.Command("node", append([]string{"server.js"}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules(t))
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, launch.StartChild(cmd))
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		for range lines { // to the end: Wait must not close the pipe under its reader
		}
		cmd.Wait() // its error is the kill
	})
	tell = func(line string) {
		t.Helper()
		_, err := fmt.Fprintln(in, line)
		require.NoError(t, err)
	}
	next = func() string {
		t.Helper()
		select {
		case line, ok := <-lines:
			require.True(t, ok, "it has ended")
			return line
		case <-time.After(patience):
			require.Fail(t, "it says nothing")
			return ""
		}
	}
	return tell, next
}

func TestServerOnTheStreamsAdapterJoinsOurNodes(t *testing.T) {
	modules(t) // or the servers would be started for nothing
	top := topologytest.Server(t, 1)
	prefix := redistest.Prefix(t)
	url := node(t, relay.Options{PubAddr: top.Addrs()[0], SubAddr: top.Addrs()[1], Prefix: prefix})
	tell, next := nodeJS(t, top.Addrs()[0], prefix+"socket.io")
	require.Equal(t, `["ready"]`, next())
	alice := dial(t, url, chatclient.Last{})
	var last chatclient.Last
	last.Begin(alice.Welcome())
	// It reads from what is added after it has begun, and does not say when that is.
	heard := make(chan struct{})
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			_ = alice.Send(t.Context(), frame.Frame{Event: "hello"})
			select {
			case <-tick.C:
			case <-heard:
				return
			}
		}
	}()
	require.Equal(t, `["hello"]`, next())
	heard <- struct{}{}

	require.NoError(t, alice.Send(t.Context(), frame.Frame{Event: "message", Data: []byte(`{"text":"hi","n":[1,2.5,null]}`)}))
	require.NoError(t, alice.SendBinary(t.Context(), []byte{0, 1, 0xff}))
	for line := next(); line != `["message",{"text":"hi","n":[1,2.5,null]}]`; line = next() {
		require.Equal(t, `["hello"]`, line)
	}
	require.Equal(t, `["binary",{"$base64":"AAH/"}]`, next())

	tell(`["emit","message","from Node.js",{"a":1}]`)
	tell(`["to","lobby","message","to the lobby"]`)
	tell(`["to","elsewhere","message","not for us"]`)
	tell(`["emit","image",{"$base64":"AQID"}]`)
	require.JSONEq(t, `["from Node.js",{"a":1}]`, message(t, alice, &last))
	require.JSONEq(t, `"to the lobby"`, message(t, alice, &last))
	require.JSONEq(t, `{"$base64":"AQID"}`, message(t, alice, &last))

	require.NoError(t, alice.Close())
	tell(`["emit","message","missed"]`)
	alice = dial(t, url, last)
	require.JSONEq(t, `"missed"`, message(t, alice, &last), "its messages are kept, too")
}

func message(t *testing.T, c *chatclient.Client, last *chatclient.Last) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		m, err := c.Receive(ctx)
		require.NoError(t, err)
		if last.Note(m); m.Event[0] != '$' && m.From == "" {
			return string(m.Data)
		}
	}
}

func dial(t *testing.T, url string, last chatclient.Last) *chatclient.Client {
	t.Helper()
	c, err := chatclient.Dial(t.Context(), url, chatclient.DialOptions{Name: "alice", Last: last})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func node(t *testing.T, o relay.Options) (url string) {
	o.Log = slog.New(slog.DiscardHandler)
	r := streams.New(o, streams.Options{})
	hub, err := chat.NewHub(chat.Options{Relay: r, RatePerSecond: -1})
	require.NoError(t, err)
	server := httptest.NewServer(hub)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { require.NoError(t, r.Run(ctx, hub)) })
	t.Cleanup(func() {
		hub.Drain(context.Background(), time.Millisecond)
		server.Close()
		cancel()
		wg.Wait()
	})
	require.Eventually(t, func() bool { _, ready := r.Ready(); return ready }, patience, time.Millisecond)
	return server.URL
}
