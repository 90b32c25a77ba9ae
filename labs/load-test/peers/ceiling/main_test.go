package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// long is how long a test waits for something that is bound to come. It is there to
// end a hang, and says nothing about speed.
const long = 2 * time.Minute

// start runs a server on a port that is free, until the test ends.
func start(t *testing.T) (addr string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, "127.0.0.1:0", "", in) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "listening ")
	require.True(t, ok, line)
	return addr
}

type client struct {
	*websocket.Conn
	t *testing.T
}

func dial(t *testing.T, addr, name, room string) client {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+addr+"/ws?name="+name+"&room="+room, nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = ws.Close() })
	c := client{ws, t}
	require.Equal(t, "$welcome", c.next()["event"])
	return c
}

func (c client) say(data string) {
	c.t.Helper()
	require.NoError(c.t, c.WriteJSON(map[string]string{"event": "message", "data": data}))
}

// next is the next frame.
func (c client) next() (frame map[string]any) {
	c.t.Helper()
	require.NoError(c.t, c.SetReadDeadline(time.Now().Add(long)))
	_, text, err := c.ReadMessage()
	require.NoError(c.t, err)
	require.NoError(c.t, json.Unmarshal(text, &frame), string(text))
	return frame
}

func TestEverybodyInTheRoomHearsIt(t *testing.T) {
	for name, members := range map[string]int{"small": 2, "large": few + 1} {
		t.Run(name, func(t *testing.T) {
			addr := start(t)
			outside := dial(t, addr, "eve", "other")
			hearers := make([]client, members)
			for i := range hearers {
				hearers[i] = dial(t, addr, fmt.Sprint("hearer", i), "lobby")
			}
			alice := dial(t, addr, "alice", "lobby")
			for _, data := range []string{"one", "two"} {
				alice.say(data)
				for _, c := range hearers {
					frame := c.next()
					at, err := time.Parse("2006-01-02T15:04:05.000Z", frame["at"].(string))
					require.NoError(t, err)
					require.WithinDuration(t, time.Now(), at, long)
					delete(frame, "at")
					require.Equal(t, map[string]any{"event": "message", "data": data, "room": "lobby", "from": "alice"}, frame)
				}
			}
			// If she heard herself, or if eve heard the lobby, that would come first here.
			hearers[0].say("to alice")
			require.Equal(t, "to alice", alice.next()["data"])
			dial(t, addr, "dave", "other").say("to eve")
			require.Equal(t, "to eve", outside.next()["data"])
		})
	}
}

// No sender gets its own messages of a batch, all others do, and all see one order.
func TestManySendersAreHeardInOneOrder(t *testing.T) {
	const messages = 500
	for name, listeners := range map[string]int{"small": 1, "large": few + 1} {
		t.Run(name, func(t *testing.T) {
			addr := start(t)
			a, b := dial(t, addr, "a", "lobby"), dial(t, addr, "b", "lobby")
			ears := make([]client, listeners)
			for i := range ears {
				ears[i] = dial(t, addr, fmt.Sprint("ear", i), "lobby")
			}
			for _, c := range []client{a, b} {
				go func() {
					for i := range messages {
						if c.WriteJSON(map[string]any{"event": "message", "data": i}) != nil {
							return // the test has failed, and closed it
						}
					}
				}()
			}
			hear := func(c client, n int) (heard []string) {
				for range n {
					frame := c.next()
					heard = append(heard, fmt.Sprint(frame["from"], frame["data"]))
				}
				return heard
			}
			order := hear(ears[0], 2*messages)
			for _, c := range ears[1:] {
				require.Equal(t, order, hear(c, 2*messages))
			}
			of := func(who string) (its []string) {
				for _, m := range order {
					if strings.HasPrefix(m, who) {
						its = append(its, m)
					}
				}
				return its
			}
			require.Equal(t, of("b"), hear(a, messages))
			require.Equal(t, of("a"), hear(b, messages))
			for i, m := range of("a") {
				require.Equal(t, fmt.Sprint("a", i), m)
			}
		})
	}
}

func TestControlFramesAndMistakesAreAnswered(t *testing.T) {
	c := dial(t, start(t), "alice", "lobby")
	pongs := make(chan string, 1)
	c.SetPongHandler(func(data string) error { pongs <- data; return nil })
	require.NoError(t, c.WriteMessage(websocket.PingMessage, []byte("hi")))
	require.NoError(t, c.WriteMessage(websocket.TextMessage, []byte("nonsense")))
	require.Equal(t, "$error", c.next()["event"])
	require.Equal(t, "hi", <-pongs)

	require.NoError(t, c.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")))
	_, _, err := c.ReadMessage()
	require.True(t, websocket.IsCloseError(err, websocket.CloseNormalClosure), "%v", err)
	_, err = c.NetConn().Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF, "and the server closes the socket")
}

func TestTakenPortIsSaid(t *testing.T) {
	err := run(t.Context(), start(t), "", io.Discard)
	require.ErrorContains(t, err, "choose another PORT")
}
