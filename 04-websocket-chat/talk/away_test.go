package talk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// What is typed while there is no node waits for one, and is sent in order.
func TestLinesThatAreTypedWhileThereIsNoNodeAreSentWhenThereIsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes := chattest.Network{}
		hub, err := chat.NewHub(chat.Options{Node: "n1"})
		require.NoError(t, err)
		var down atomic.Bool
		url := nodes.Serve(t, "first", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if down.Load() {
				http.Error(w, "nobody is here", http.StatusBadGateway)
				return
			}
			hub.ServeHTTP(w, r)
		}))
		bob := talking(t, Options{URLs: []string{url}, Name: "bob", dial: nodes.Dial})
		bob.err.shows(t, "connected")
		alice := talking(t, Options{URLs: []string{url}, Name: "alice", dial: nodes.Dial})
		alice.err.shows(t, "connected")
		down.Store(true)
		_, err = hub.Kick(chat.Kick{Name: "alice", Reason: "a test", For: time.Second})
		require.NoError(t, err)
		alice.err.shows(t, "a test")
		lines := make([]string, 101)
		for i := range lines {
			lines[i] = fmt.Sprint("line ", i)
			if i < 100 {
				alice.types(t, lines[i])
			}
		}
		beyond := make(chan error, 1)
		go func() { _, err := fmt.Fprintln(alice.keys, lines[100]); beyond <- err }()
		alice.err.shows(t, "talk: no node: what is typed waits (1 of at most 100 lines)\n")
		alice.err.shows(t, "talk: no node: what is typed waits (100 of at most 100 lines)\n")
		time.Sleep(time.Minute) // of the test's own clock: somebody who types is not given up
		require.NotContains(t, bob.out.String(), "line")
		down.Store(false)
		bob.out.shows(t, "line 100")
		require.NoError(t, <-beyond)
		var heard []string
		for line := range strings.Lines(bob.out.String()) {
			if text, ok := strings.CutPrefix(strings.TrimSpace(line), "alice: "); ok {
				heard = append(heard, text)
			}
		}
		require.Equal(t, lines, heard)
		require.Equal(t, 2, strings.Count(alice.err.String(), "what is typed waits"), "each line that waits is no news")
		hub.Drain(t.Context(), 100*time.Millisecond)
	})
}

// The node takes its time to acknowledge it. It has waited for longer than anybody has patience, but not for this node.
func TestLineThatHasWaitedForANodeHasNotWaitedForItsAcknowledgement(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nodes, tries := chattest.Network{}, atomic.Int64{}
		url := nodes.Serve(t, "slow", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			try := tries.Add(1)
			if 1 < try && try < 10 {
				http.Error(w, "nobody is here", http.StatusBadGateway)
				return
			}
			conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
			if err != nil {
				return
			}
			defer conn.Close()
			_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"event":"$welcome","data":{"id":"c1","name":"alice","room":"lobby","node":"n1"}}`))
			if try == 1 {
				return
			}
			_, _, _ = conn.ReadMessage()
			time.Sleep(9 * time.Second) // of the test's own clock
			_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"event":"$ack","id":1}`))
			_, _, _ = conn.ReadMessage()
		}))
		k := talking(t, Options{URLs: []string{url}, Patience: 10 * time.Second, dial: nodes.Dial})
		k.err.shows(t, "the node is gone")
		k.types(t, "one")
		require.True(t, chattest.WaitFor(func() bool { return strings.Count(k.err.String(), "connected to node") == 2 }))
		require.NoError(t, k.keys.Close())
		require.NoError(t, <-k.ended)
		require.NotContains(t, k.err.String(), "acknowledge")
	})
}

// vanishing is a node that knows keys, takes one frame, and is gone. It tells what it took.
func vanishing(t *testing.T, took chan<- frame.Frame) (url string) {
	upgrader := websocket.Upgrader{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"event":"$welcome","data":{"id":"c1","name":"alice","room":"lobby","node":"n1","once":120}}`))
		var f frame.Frame
		if _, text, err := conn.ReadMessage(); err == nil && json.Unmarshal(text, &f) == nil {
			took <- f
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestLineThatMayHaveArrivedIsSentAgainWhereTheNodesKnowIt(t *testing.T) {
	took := make(chan frame.Frame, 2)
	k := talking(t, Options{URLs: []string{vanishing(t, took), vanishing(t, took)}})
	k.err.shows(t, "connected")
	k.types(t, "one")
	first, second := <-took, <-took
	require.Equal(t, first.Key, second.Key)
	require.NotEmpty(t, first.Key)
	require.False(t, first.Again)
	require.True(t, second.Again)
	require.NotContains(t, k.err.String(), "not acknowledged")
}
