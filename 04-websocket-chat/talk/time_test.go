package talk

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// serving is a hub that listens in memory.
func serving(t *testing.T, n chattest.Network, o chat.Options) (*chat.Hub, string) {
	t.Helper()
	hub, err := chat.NewHub(o)
	require.NoError(t, err)
	url := n.Serve(t, fmt.Sprint("node", len(n)), hub)
	t.Cleanup(func() { hub.Drain(context.Background(), 100*time.Millisecond) })
	return hub, url
}

func TestPipeIsSlowedDownToTheNodesRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := chattest.Network{}
		hub, url := serving(t, nodes, chat.Options{RatePerSecond: 20, RateBurst: 20})
		bob := talking(t, Options{URLs: []string{url}, Name: "bob", dial: nodes.Dial})
		bob.err.shows(t, "connected")
		var lines []string
		for i := range 30 {
			lines = append(lines, fmt.Sprint("line ", i))
		}
		_, _, err := talkLines(url, Options{Name: "alice", dial: nodes.Dial}, lines...)
		require.NoError(t, err)
		require.Positive(t, hub.Stats().RateLimited, "this test is about a limit that is met")
		bob.out.shows(t, "line 29")
		var seen []string
		for line := range strings.Lines(bob.out.String()) {
			if text, ok := strings.CutPrefix(strings.TrimSpace(line), "alice: "); ok {
				seen = append(seen, text)
			}
		}
		require.Equal(t, lines, seen, "all of them, in order, once")
	})
}

func TestTalkLeavesANodeThatIsFrozen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := chattest.Network{}
		frozen := nodes.Serve(t, "frozen", chattest.ScriptedNode(func(conn *websocket.Conn) {
			_, _ = io.Copy(io.Discard, conn.NetConn()) // as the system takes what a frozen program does not
		}))
		_, second := serving(t, nodes, chat.Options{Node: "n2"})
		const patience = time.Second
		began := time.Now()
		listening := talking(t, Options{URLs: []string{frozen, second}, Patience: patience, dial: nodes.Dial})
		listening.err.shows(t, "the node does not answer")
		require.LessOrEqual(t, time.Since(began), 2*patience+time.Second, "and what Close may take")
		listening.err.shows(t, "connected to node n2")
		require.NotContains(t, listening.out.String(), "pong")

		began = time.Now()
		typing := talking(t, Options{URLs: []string{frozen, second}, Patience: patience, dial: nodes.Dial})
		typing.types(t, "hello")
		typing.err.shows(t, "the node does not acknowledge")
		require.LessOrEqual(t, time.Since(began), 2*patience+time.Second, "and what Close may take")
		typing.err.shows(t, "connected to node n2")
	})
}

func TestTalkGivesUpALineThatFindsNoNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := chattest.Network{}
		url := nodes.Serve(t, "gone", chattest.ScriptedNode(func(*websocket.Conn) {}))
		k := talking(t, Options{URLs: []string{url, "http://nobody"}, Patience: 50 * time.Millisecond, dial: nodes.Dial})
		k.err.shows(t, "the node is gone")
		k.types(t, "one")
		k.types(t, "two")
		require.NoError(t, k.keys.Close()) // a person can wait, and what was piped in cannot
		require.EqualError(t, <-k.ended, "no node for 50ms; not sent: one, and 1 more", k.err.String())
	})
}

// Run waits for a node that takes the connection and then says nothing, but not
// when the user leaves.
func TestLeavingDoesNotWaitForASilentNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := chattest.Network{}
		url := nodes.Serve(t, "silent", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, leave)
		began := time.Now()
		require.NoError(t, Run(ctx, Options{
			URLs: []string{url}, Patience: time.Hour, dial: nodes.Dial, In: strings.NewReader("hello\n"), Out: io.Discard, Err: io.Discard,
		}))
		require.Equal(t, time.Second, time.Since(began))
	})
}

// It was a person who has asked, and meant all nodes.
func TestTalkThatIsAskedToLeaveStaysAwayFromAllNodesUntilThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := chattest.Network{}
		hub, first := serving(t, nodes, chat.Options{Node: "n1"})
		_, second := serving(t, nodes, chat.Options{Node: "n2"})
		k := talking(t, Options{URLs: []string{first, second}, Name: "mallory", dial: nodes.Dial})
		k.err.shows(t, "connected to node n1")
		began := time.Now()
		_, err := hub.Kick(chat.Kick{Name: "mallory", Reason: "no spam here", For: 90 * time.Second})
		require.NoError(t, err)
		k.err.shows(t, "talk: you were asked to leave for 90 s: no spam here; trying "+second+" in 1m30s")
		k.err.shows(t, "connected to node n2")
		require.GreaterOrEqual(t, time.Since(began), 90*time.Second)
		require.Less(t, time.Since(began), 91*time.Second)
	})
}
