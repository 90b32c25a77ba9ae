package together_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/labs/no-message-lost/node"
	"example.com/redis-chat/labs/no-message-lost/together"
)

const patience = 2 * time.Minute

// The test program is the node, too.
func TestMain(m *testing.M) {
	if os.Getenv("WORKBOOK_STREAMS_NODE") == "1" {
		os.Exit(node.Main(nil))
	}
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

func ExampleRun() {
	fmt.Println(together.Help)
	// Output: Type kill, restart, freeze, thaw, cut or mend with a number, kill or start with a letter, or quit.
}

// running is the command, as somebody at a terminal has it.
type running struct {
	t   *testing.T
	in  *io.PipeWriter
	out *redistest.Buffer
}

func start(t *testing.T) *running {
	backend, err := launch.BackendFromEnv()
	require.NoError(t, err)
	if backend.Kind == launch.KindRunning {
		t.Skip("this test kills servers, and those of WORKBOOK_REDIS are not ours: run it with WORKBOOK_REDIS=embedded or WORKBOOK_REDIS=server")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	in, w := io.Pipe()
	r := &running{t, w, &redistest.Buffer{}}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- together.Run(ctx, together.Options{
			Backend: backend, Node: []string{self}, Env: []string{"WORKBOOK_STREAMS_NODE=1", "GRACE=10ms"}, In: in, Out: r.out,
		})
	}()
	t.Cleanup(func() {
		stop()
		_ = w.Close()
		require.NoError(t, <-ended)
	})
	r.sees("ready: both deliver")
	return r
}

func (r *running) sees(text string) {
	r.t.Helper()
	require.Eventually(r.t, func() bool { return regexp.MustCompile(text).MatchString(r.out.String()) }, patience, 5*time.Millisecond, text)
}

func (r *running) types(line, answer string) {
	r.t.Helper()
	_, err := fmt.Fprintln(r.in, line)
	require.NoError(r.t, err)
	r.sees(regexp.QuoteMeta(line) + answer)
}

// url is where a node is.
func (r *running) url(node string) string {
	return regexp.MustCompile(`(?m)^  ` + node + `  node +(http://[0-9.:]+)`).FindStringSubmatch(r.out.String())[1]
}

func TestClientOfANodeThatIsKilledGetsWhatItMissed(t *testing.T) {
	r := start(t)
	dial := func(node string, last client.Last) *client.Client {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		c, err := client.Dial(ctx, r.url(node), client.DialOptions{Name: "somebody", Last: last})
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	next := func(c *client.Client, event string) client.Message {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		for {
			m, err := c.Receive(ctx)
			require.NoError(t, err)
			if m.Event == event {
				return m
			}
		}
	}
	say := func(c *client.Client, text string) {
		id := int64(1)
		require.NoError(t, c.Send(t.Context(), frame.Frame{Event: "message", Data: []byte(fmt.Sprintf("%q", text)), ID: &id}))
		next(c, "$placed")
	}
	alice, bob := dial("a", client.Last{}), dial("b", client.Last{})
	var last client.Last
	last.Begin(bob.Welcome())
	say(alice, "one")
	m := next(bob, "message")
	last.Note(m)
	require.Equal(t, `"one"`, string(m.Data))

	r.types("kill b", ": done")
	say(alice, "two")
	r.types("kill 2", ": done")
	say(alice, "three")
	r.types("restart 2", ": done")
	r.types("start b", ": done")
	bob = dial("b", last)
	require.Equal(t, `"two"`, string(next(bob, "message").Data))
	require.Equal(t, `"three"`, string(next(bob, "message").Data))
}

func TestWordThatIsNotKnownIsAnsweredWithThoseThatAre(t *testing.T) {
	r := start(t)
	for _, line := range []string{"kill", "kill x", "burn 1", "start 1"} {
		_, err := fmt.Fprintln(r.in, line)
		require.NoError(t, err)
		r.sees(fmt.Sprintf("(?m)^%q: Type kill", line))
	}
	_, err := fmt.Fprintln(r.in, "kill 9")
	require.NoError(t, err)
	r.sees("9")
}
