package system_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/06-emitter/system"
	"example.com/redis-chat/06-emitter/system/status"
)

// events is an open map: what its stream tells.
type events struct {
	t     *testing.T
	lines *bufio.Scanner
	close func()

	moments []system.Moment // so far
}

func openMap(t *testing.T, s *system.System) *events {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	req, err := http.NewRequestWithContext(ctx, "GET", s.MapURL()+"/events", nil)
	require.NoError(t, err)
	resp, err := newBrowser(t).client.Do(req)
	require.NoError(t, err)
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	e := &events{t: t, lines: bufio.NewScanner(resp.Body), close: func() { cancel(); resp.Body.Close() }}
	e.lines.Buffer(nil, 1<<20)
	t.Cleanup(e.close)
	return e
}

// next is the next update that is looked for.
func (e *events) next(is func(system.Update) bool) system.Update {
	e.t.Helper()
	for e.lines.Scan() {
		data, ok := strings.CutPrefix(e.lines.Text(), "data: ")
		var u system.Update
		if ok {
			require.NoError(e.t, json.Unmarshal([]byte(data), &u))
		}
		if ok && is(u) {
			return u
		}
	}
	require.FailNow(e.t, "the stream has ended", "%v", e.lines.Err())
	return system.Update{}
}

func (e *events) step(kind, node string) system.Step {
	e.t.Helper()
	return *e.next(func(u system.Update) bool { return u.Step != nil && u.Step.Kind == kind && u.Step.Node == node }).Step
}

// follows returns when the client's node, which is asked to when a map is opened, tells of each step.
func (e *events) follows(c *chat.Client, node string) {
	e.t.Helper()
	ctx, heard := context.WithCancel(e.t.Context())
	var knocking sync.WaitGroup
	knocking.Go(func() {
		knock := time.NewTicker(20 * time.Millisecond)
		defer knock.Stop()
		for ctx.Err() == nil {
			_ = c.Send(e.t.Context(), chat.Frame{Event: "message", Data: []byte(`"knock"`)})
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
	e.next(func(u system.Update) bool { return u.Step != nil && u.Step.Text == "the last knock" })
}

// moment is the first of that kind, in whatever order they are told: moments are asked for one after the other.
func (e *events) moment(kind system.MomentKind, who, text string) system.Moment {
	e.t.Helper()
	for i := 0; ; i++ {
		if i == len(e.moments) {
			e.moments = append(e.moments, *e.next(func(u system.Update) bool { return u.Moment != nil }).Moment)
		}
		if m := e.moments[i]; m.Kind == kind && m.Who == who && strings.Contains(m.Text, text) {
			return m
		}
	}
}

// The way of one message, each part of it told by who has seen it.
func TestMapIsToldAMessagesWholeWay(t *testing.T) {
	s, _ := start(t, system.Options{MapPort: freePort(t)})
	alice, bob := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	e := openMap(t, s)
	e.follows(bob, "node-2")
	e.follows(alice, "node-1")
	send(t, alice, "seen")
	var taken system.Step
	hops, delivered := map[string]system.Hop{}, map[string]system.Step{} // by server, by message
	complete := func() bool {
		_, arrived := delivered[hops["master"].Message]
		return len(hops) == 3 && taken.Kind != "" && arrived
	}
	for !complete() {
		switch u := e.next(func(u system.Update) bool { return u.Step != nil || u.Hop != nil }); {
		case u.Hop != nil && u.Hop.Text == "seen":
			hops[u.Hop.At] = *u.Hop
		case u.Step == nil: // the last knock
		case u.Step.Text == "seen":
			taken = *u.Step
		case u.Step.Node == "node-2":
			delivered[u.Step.Message] = *u.Step
		}
	}
	require.Equal(t, system.Step{Node: "node-1", Kind: "taken", Client: alice.Welcome().ID, Room: "lobby", Text: "seen"}, taken)
	require.Equal(t, []string{bob.Welcome().ID}, delivered[hops["master"].Message].Clients)
	for at, hop := range hops {
		require.Equal(t, hops["master"].Message, hop.Message, "at %s", at)
		require.Equal(t, alice.Welcome().ID, hop.Client)
	}
}

func TestMapIsToldThatAMessageWasNotConfirmed(t *testing.T) {
	s, _ := start(t, system.Options{MapPort: freePort(t)})
	alice := dial(t, s, 0, "alice")
	e := openMap(t, s)
	e.follows(alice, "node-1")
	require.NoError(t, s.Do(t.Context(), system.Kill, "master"))
	id := int64(1)
	require.NoError(t, alice.Send(t.Context(), chat.Frame{Event: "message", Data: []byte(`"in vain"`), ID: &id}))
	require.Equal(t, alice.Welcome().ID, e.step("taken", "node-1").Client)
	require.Equal(t, alice.Welcome().ID, e.step("failed", "node-1").Client)
}

// Also a node that is started again meanwhile, and when one of two maps is closed.
func TestNodesTellOfMessagesWhileAMapIsOpen(t *testing.T) {
	s, _ := start(t, system.Options{MapPort: freePort(t)})
	first, second := openMap(t, s), openMap(t, s)
	require.NoError(t, s.Do(t.Context(), system.Restart, "node-1"))
	first.follows(dial(t, s, 0, "alice"), "node-1")
	first.close()
	second.follows(dial(t, s, 0, "bob"), "node-1")
}

func TestTimeLineTellsWhatWasDoneNoticedAndLost(t *testing.T) {
	s, _ := start(t, system.Options{MapPort: freePort(t)})
	alice, bob := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	send(t, alice, "numbered")
	hear(t, bob, "message")
	e := openMap(t, s)
	e.moment(system.Became, "replica-2", status.Up) // of before
	pid := s.State().Servers[2].PID
	require.NoError(t, s.Do(t.Context(), system.Kill, "replica-2"))
	gone := e.moment(system.Became, "replica-2", status.Gone)
	done := e.moment(system.Done, "replica-2", system.Kill)
	require.LessOrEqual(t, done.At, gone.At, "it is noted when it begins")
	switch {
	case pid == 0:
		require.Equal(t, "kill replica-2", done.Command)
	case runtime.GOOS != "windows":
		require.Equal(t, "kill -9 "+strconv.Itoa(pid), done.Command)
	}
	require.Eventually(t, func() bool { return s.State().Nodes[1].State == status.NotReady }, patience, 5*time.Millisecond)
	for range 3 {
		send(t, alice, "missed by node-2")
	}
	require.NoError(t, s.Do(t.Context(), system.Restart, "replica-2"))
	e.moment(system.Noticed, "node-2", "node-2 is not ready")
	require.Equal(t, int64(3), e.moment(system.Lost, "node-2", "3 messages counted as missed").Count)

	again := openMap(t, s)
	require.Equal(t, done, again.moment(system.Done, "replica-2", system.Kill), "a map that is opened later is told, too")
}
