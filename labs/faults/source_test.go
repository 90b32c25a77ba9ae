package faults

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	emitter "example.com/redis-chat/06-emitter"
	loadtest "example.com/redis-chat/labs/load-test"
)

// How many goroutines send through one source, and how many messages each.
const speakers, each = 16, 100

// together lets all of them send at once, with a yield after each message.
func together(speak func()) {
	var speaking sync.WaitGroup
	for range speakers {
		speaking.Go(func() {
			for range each {
				speak()
				runtime.Gosched()
			}
		})
	}
	speaking.Wait()
}

// inOrder asserts that the messages on the wire are in the order of their numbers.
func inOrder(t *testing.T, next func() []byte) {
	t.Helper()
	for i := range speakers * each {
		s, ok := findStamp(next())
		require.True(t, ok)
		require.Equal(t, i+1, s.seq)
	}
}

// A lab that judges the order of others must not make disorder itself: the flow and a
// fence send through one source at the same time.
func TestClientsMessagesLeaveInTheOrderOfTheirNumbers(t *testing.T) {
	heard := make(chan []byte, speakers*each)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		_ = ws.WriteMessage(websocket.TextMessage, []byte(`{"event":"$welcome","data":{}}`)) // if it fails, the read fails too
		for {
			_, text, err := ws.ReadMessage()
			if err != nil {
				return
			}
			heard <- text
		}
	}))
	defer server.Close()
	st := &stage{addrs: []string{strings.TrimPrefix(server.URL, "http://"), "elsewhere"}, system: System{Protocol: loadtest.Chat{}, Tells: true}}
	sender := newCrowd(st, 0).senders[0]
	ctx, leave := context.WithCancel(t.Context())
	var running sync.WaitGroup
	defer running.Wait()
	defer leave()
	running.Go(func() { sender.visit(ctx, st.addrs[0]) })
	require.NoError(t, until(t.Context(), sender.connected))
	together(func() { sender.say() })
	inOrder(t, func() []byte { return <-heard })
}

func TestEmittersMessagesLeaveInTheOrderOfTheirNumbers(t *testing.T) {
	s, err := launch.StartEmbedded(launch.EmbeddedOptions{})
	require.NoError(t, err)
	defer s.Close()
	client := redis.NewClient(&redis.Options{Addr: s.Addr()})
	defer client.Close()
	ear := client.PSubscribe(t.Context(), "*")
	defer ear.Close()
	_, err = ear.Receive(t.Context())
	require.NoError(t, err)
	heard := ear.Channel(redis.WithChannelSize(speakers * each))

	c := newCrowd(&stage{addrs: []string{"a", "b"}}, 0)
	c.emit.Emitter = emitter.New(client, emitter.Options{Timeout: patience}).To(c.room)
	defer c.emit.Close()
	together(func() { c.emitOne(t.Context()) })
	inOrder(t, func() []byte { return []byte((<-heard).Payload) })
	require.Equal(t, speakers*each, c.emitter.count(accepted))
}

// All other sources, such as the publisher with the wrong clock, send in the same way.
func TestNumberAndLeavingAreOneStep(t *testing.T) {
	s := &source{}
	var wire []int
	together(func() {
		require.NoError(t, s.send(time.Now(), func(s stamp) error {
			wire = append(wire, s.seq) // the race detector sees two at once
			return nil
		}))
	})
	require.Len(t, wire, speakers*each)
	for i, seq := range wire {
		require.Equal(t, i+1, seq)
	}
}

// Answers come while the next message leaves, on the same connection.
func TestAnswerMayComeWhileItsMessageLeaves(t *testing.T) {
	s := &source{}
	require.NoError(t, s.send(time.Now(), func(at stamp) error {
		s.told(at.seq, accepted, time.Second)
		return nil
	}))
	require.Equal(t, 1, s.count(accepted))
}
