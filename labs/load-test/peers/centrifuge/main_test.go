package main

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// With a variable set, the test program is the program under test.
func TestMain(m *testing.M) {
	if os.Getenv("PEER_RUN_MAIN") != "" {
		main()
		os.Exit(0)
	}
	redistest.Main(m)
}

// patience ends a hang, and says nothing about speed.
const patience = 2 * time.Minute

func program(t *testing.T, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append([]string{"PEER_RUN_MAIN=1", "PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT")}, env...)
	return cmd
}

// client is a WebSocket of which a test reads lines: the server joins messages
// of one connection by newlines.
type client struct {
	*websocket.Conn
	t     *testing.T
	lines []string
}

func dial(t *testing.T, addr, room string) *client {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+addr+"/connection/websocket?room="+room, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = ws.Close() })
	c := &client{Conn: ws, t: t}
	c.say(`{"id":1,"connect":{}}`)
	require.Contains(t, c.next(), `"subs":{"`+room+`":{}}`) // one round trip, and one is in the room
	return c
}

func (c *client) say(line string) {
	c.t.Helper()
	require.NoError(c.t, c.WriteMessage(websocket.TextMessage, []byte(line)))
}

// next is the next line.
func (c *client) next() string {
	c.t.Helper()
	if len(c.lines) == 0 {
		require.NoError(c.t, c.SetReadDeadline(time.Now().Add(patience)))
		_, text, err := c.ReadMessage()
		require.NoError(c.t, err)
		c.lines = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	}
	line := c.lines[0]
	c.lines = c.lines[1:]
	return line
}

// start starts a node on a port that is free, and returns its address.
func start(t *testing.T, env ...string) (node *exec.Cmd, addr string) {
	t.Helper()
	cmd := program(t, append(env, "PORT="+freePort(t))...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, launch.StartChild(cmd))
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // an error says that it has ended already
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening ")
	require.True(t, ok, line)
	return cmd, addr
}

// at is the environment of a node that works on this Redis.
func at(t *testing.T, redis string) []string {
	t.Helper()
	host, port, err := net.SplitHostPort(redis)
	require.NoError(t, err)
	return []string{"PUB_HOST=" + host, "PUB_PORT=" + port}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return port
}

func TestTwoNodesAreOneChat(t *testing.T) {
	redistest.NeedsServer(t) // with miniredis the node does not start: it waits for ever
	redis := redistest.Start(t).Options().Addr
	_, a := start(t, at(t, redis)...)
	_, b := start(t, append(at(t, redis), "TUNED=1")...)
	room := strings.NewReplacer(":", "-", "/", "-").Replace(redistest.Prefix(t))
	alice, bob, carol := dial(t, a, room), dial(t, b, room), dial(t, b, room+"other")

	const publish = `{"id":2,"publish":{"channel":"ROOM","data":"hi"}}`
	alice.say(strings.ReplaceAll(publish, "ROOM", room))
	push := `{"push":{"channel":"` + room + `","pub":{"data":"hi"}}}`
	require.JSONEq(t, push, bob.next())

	// Here the sender hears itself, too, before or after the answer to its command.
	heard := []string{alice.next(), alice.next()}
	require.ElementsMatch(t, []string{`{"id":2,"publish":{}}`, push}, heard)

	carol.say(strings.ReplaceAll(publish, "ROOM", room)) // she is in another one
	require.Contains(t, carol.next(), `"permission denied"`)
}

func TestMistakesEndTheProgramWithASentence(t *testing.T) {
	for _, row := range []struct {
		env  string
		exit int
		want string
	}{
		{"PORT=x", 2, `centrifuge: PORT must be a port from 1 to 65535, not "x"`},
		{"TUNED=yes", 2, `centrifuge: TUNED must be 1, or not set, not "yes"`},
		{"PUB_PORT=65536", 2, `centrifuge: PUB_PORT must be a port from 1 to 65535, not "65536"`},
		{"PUB_PORT=" + freePort(t), 1, "start Redis there or change PUB_HOST and PUB_PORT"},
	} {
		t.Run(row.env, func(t *testing.T) {
			var stderr strings.Builder
			cmd := program(t, row.env)
			cmd.Stderr = &stderr
			require.Error(t, cmd.Run())
			require.Equal(t, row.exit, cmd.ProcessState.ExitCode())
			require.Contains(t, stderr.String(), row.want)
			require.Equal(t, 1, strings.Count(stderr.String(), "\n"), "one sentence")
		})
	}
}
