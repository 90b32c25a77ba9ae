package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	chatclient "example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
)

// The test program is the program under test, too, when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv("NODE_RUN_MAIN") != "" {
		main()
		os.Exit(0)
	}
	redistest.Main(m)
}

// patience ends a test that waits for what never comes. It says nothing about
// how soon it should.
const patience = 2 * time.Minute

// program is the node's program, with nothing but this in its environment.
func program(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, args...)
	cmd.Env = slices.Concat([]string{
		"NODE_RUN_MAIN=1", "PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"LISTEN_HOST=127.0.0.1", "PORT=0",
		"GORACE=atexit_sleep_ms=10", // or each program, with the race detector, takes a second to end
	}, env)
	return cmd
}

// process is a node that runs.
type process struct {
	*exec.Cmd
	t     *testing.T
	url   string
	log   redistest.Buffer
	ended chan struct{} // closed when it has ended, after exit is set
	exit  error
}

// start starts a node, and returns when it listens.
func start(t *testing.T, env ...string) *process {
	t.Helper()
	return follow(t, program(t, env))
}

// follow starts a program that is a node, and returns when it listens.
func follow(t *testing.T, program *exec.Cmd) *process {
	t.Helper()
	p := &process{Cmd: program, t: t, ended: make(chan struct{})}
	p.Stdout, p.Stderr = &p.log, &p.log
	require.NoError(t, launch.StartChild(p.Cmd))
	go func() {
		p.exit = p.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = p.Process.Kill() // an error says that it has ended already
		<-p.ended
		if t.Failed() {
			t.Logf("%v:\n%s", program.Env, p.log.String())
		}
	})
	p.url = "http://" + p.awaitLog(`msg=listening addr=(\S+)`)
	return p
}

// awaitLog waits for a line of the log, and returns what the first brackets match.
func (p *process) awaitLog(pattern string) string {
	p.t.Helper()
	var match []string
	require.Eventually(p.t, func() bool {
		match = regexp.MustCompile(pattern).FindStringSubmatch(p.log.String())
		return match != nil
	}, patience, 2*time.Millisecond, "never logged: %s", pattern)
	return match[len(match)-1]
}

// readyz is what the node says of itself.
func (p *process) readyz() (status int, reason string) {
	p.t.Helper()
	status, body := fetch(p.t, p.url+"/readyz")
	var told struct {
		Ready  bool
		Reason string
	}
	require.NoError(p.t, json.Unmarshal([]byte(body), &told), body)
	require.Equal(p.t, status == http.StatusOK, told.Ready)
	return status, told.Reason
}

func (p *process) awaitReady() *process {
	p.t.Helper()
	require.Eventually(p.t, func() bool { status, _ := p.readyz(); return status == http.StatusOK }, patience, 5*time.Millisecond)
	return p
}

func (p *process) awaitEnd() error {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		require.Fail(p.t, "the program does not end")
	}
	return p.exit
}

// fetch asks on a connection of its own: one that is kept would be waited for
// when the node ends.
func fetch(t *testing.T, url string) (status int, body string) {
	t.Helper()
	return fetchBy(t, http.DefaultClient, url)
}

func fetchBy(t *testing.T, by *http.Client, url string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	request.Close = true
	response, err := by.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(b)
}

// client is a chat client.
type client struct {
	*chatclient.Client
	t *testing.T
}

func (p *process) dial(name, room string) *client {
	p.t.Helper()
	return p.dialWith(chatclient.DialOptions{Name: name, Room: room})
}

func (p *process) dialWith(o chatclient.DialOptions) *client {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	c, err := chatclient.Dial(ctx, p.url, o)
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = c.Close() })
	return &client{Client: c, t: p.t}
}

// say sends a message and waits for its place: what comes before it has come.
func (c *client) say(text string, id int64) {
	c.t.Helper()
	c.send(text, id)
	require.Equal(c.t, id, *c.until("$placed").ID)
}

func (c *client) send(text string, id int64) {
	c.t.Helper()
	require.NoError(c.t, c.Send(c.t.Context(), frame.Frame{Event: "message", Data: fmt.Appendf(nil, "%q", text), ID: &id}))
}

// until skips to the next event of that name.
func (c *client) until(event string) chatclient.Message {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	for {
		m, err := c.Receive(ctx)
		require.NoError(c.t, err, "waiting for %s", event)
		if m.Event == event {
			return m
		}
	}
}

// rest is all messages until the connection ends, and why it did.
func (c *client) rest() (texts []string, end error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	for {
		m, err := c.Receive(ctx)
		if err != nil {
			return texts, err
		}
		if m.Event == "message" {
			texts = append(texts, strings.Trim(string(m.Data), `"`))
		}
	}
}

func address(addr string) (host, port string) {
	host, port, _ = net.SplitHostPort(addr)
	return host, port
}

// at are the variables for a master and a replica at these addresses, and for a
// node that takes no slowness of this machine for an outage of theirs: it is in
// doubt after 6 s of silence. Variables behind these count more.
func at(master, replica string) []string {
	pubHost, pubPort := address(master)
	subHost, subPort := address(replica)
	return []string{"PUB_HOST=" + pubHost, "PUB_PORT=" + pubPort, "SUB_HOST=" + subHost, "SUB_PORT=" + subPort, "PROBE_INTERVAL=2s", "PUBLISH_TIMEOUT=2m"}
}

func redisAt(t *testing.T, addr string) *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// count is how many are present, as a frame tells.
func (c *client) count(m chatclient.Message) int {
	c.t.Helper()
	var told struct{ Count int }
	require.NoError(c.t, json.Unmarshal(m.Data, &told))
	return told.Count
}
