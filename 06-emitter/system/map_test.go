package system_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/06-emitter/system"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// freePort returns a port that is free now; if somebody takes it meanwhile, the map
// gets the next one.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// events is the stream of an open map.
type events struct {
	t     *testing.T
	lines *bufio.Scanner
	close func()

	moments []livemap.Moment // so far
}

func openMap(t *testing.T, s *system.System) *events {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	req, err := http.NewRequestWithContext(ctx, "GET", s.MapURL()+"/events", nil)
	require.NoError(t, err)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	resp, err := transport.RoundTrip(req)
	require.NoError(t, err)
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	e := &events{t: t, lines: bufio.NewScanner(resp.Body), close: func() { cancel(); resp.Body.Close() }}
	e.lines.Buffer(nil, 1<<20)
	t.Cleanup(e.close)
	return e
}

// next returns the next update that matches.
func (e *events) next(is func(livemap.Update) bool) livemap.Update {
	e.t.Helper()
	for e.lines.Scan() {
		data, ok := strings.CutPrefix(e.lines.Text(), "data: ")
		var u livemap.Update
		if ok {
			require.NoError(e.t, json.Unmarshal([]byte(data), &u))
		}
		if ok && is(u) {
			return u
		}
	}
	require.FailNow(e.t, "the stream has ended", "%v", e.lines.Err())
	return livemap.Update{}
}

func (e *events) step(kind, node string) livemap.Step {
	e.t.Helper()
	return *e.next(func(u livemap.Update) bool { return u.Step != nil && u.Step.Kind == kind && u.Step.Node == node }).Step
}

// follows returns when the client's node tells of each step: it is asked to when a map
// is opened.
func (e *events) follows(c *client.Client, node string) {
	e.t.Helper()
	ctx, heard := context.WithCancel(e.t.Context())
	var knocking sync.WaitGroup
	knocking.Go(func() {
		knock := time.NewTicker(20 * time.Millisecond)
		defer knock.Stop()
		for ctx.Err() == nil {
			_ = c.Send(e.t.Context(), frame.Frame{Event: "message", Data: []byte(`"knock"`)})
			select {
			case <-knock.C:
			case <-ctx.Done():
			}
		}
	})
	e.step("delivered", node)
	heard()
	knocking.Wait()
	send(e.t, c, "the last knock")
	e.next(func(u livemap.Update) bool { return u.Step != nil && u.Step.Text == "the last knock" })
}

// moment is the first of that kind, in whatever order they are told: moments are asked for one after the other.
func (e *events) moment(kind livemap.MomentKind, who, text string) livemap.Moment {
	e.t.Helper()
	for i := 0; ; i++ {
		if i == len(e.moments) {
			e.moments = append(e.moments, *e.next(func(u livemap.Update) bool { return u.Moment != nil }).Moment)
		}
		if m := e.moments[i]; m.Kind == kind && m.Who == who && strings.Contains(m.Text, text) {
			return m
		}
	}
}

func TestMapIsToldWhatHappens(t *testing.T) {
	s, out := start(t, system.Options{MapPort: freePort(t)})
	alice := dial(t, s, 0, "<b>alice")
	out.shows(t, "<b>alice connected")

	e := openMap(t, s)
	first := e.next(func(livemap.Update) bool { return true })
	require.NotNil(t, first.State, "the state comes first")
	require.Len(t, first.State.Servers, 3)
	require.NotNil(t, first.State.Nodes[1].Clients, "an empty list: null would stop the page")
	require.Equal(t, "<b>alice", first.State.Nodes[0].Clients[0].Name)
	e.next(func(u livemap.Update) bool { return strings.Contains(u.Line, "<b>alice connected") }) // of before

	send(t, alice, "seen")
	been := map[string]bool{}
	for len(been) < 3 {
		hop := e.next(func(u livemap.Update) bool { return u.Hop != nil }).Hop
		been[hop.At] = true
		require.Equal(t, "node-1", hop.By)
		require.Equal(t, "<b>alice", hop.From)
		require.Equal(t, "lobby", hop.Room)
		require.Equal(t, "seen", hop.Text)
	}
	know := func(now *status.State) bool {
		n := now.Nodes[0]
		return now.Servers[2].Role == "replica" && now.Servers[2].Seen == 1 && n.Received == 1 && n.Probed > 0 // the proof is left out
	}
	e.next(func(u livemap.Update) bool { return u.State != nil && know(u.State) })
	require.NoError(t, s.Do(t.Context(), system.Kill, strconv.Itoa(port(t, s.State().Servers[2].Addr))))
	e.next(func(u livemap.Update) bool { return u.State != nil && u.State.Servers[2].State == status.Gone })
	s.Stop()
	for e.lines.Scan() { // the stream ends with the system
	}
}
