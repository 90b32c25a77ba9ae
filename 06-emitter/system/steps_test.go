package system_test

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/06-emitter/system"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// The way of one message: each part is told by the server or node that has seen it.
func TestMapIsToldAMessagesWholeWay(t *testing.T) {
	s, _ := start(t, system.Options{MapPort: freePort(t)})
	alice, bob := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	e := openMap(t, s)
	e.follows(bob, "node-2")
	e.follows(alice, "node-1")
	send(t, alice, "seen")
	var taken livemap.Step
	hops, delivered := map[string]livemap.Hop{}, map[string]livemap.Step{} // by server, by message
	complete := func() bool {
		_, arrived := delivered[hops["master"].Message]
		return len(hops) == 3 && taken.Kind != "" && arrived
	}
	for !complete() {
		switch u := e.next(func(u livemap.Update) bool { return u.Step != nil || u.Hop != nil }); {
		case u.Hop != nil && u.Hop.Text == "seen":
			hops[u.Hop.At] = *u.Hop
		case u.Step == nil: // the last knock
		case u.Step.Text == "seen":
			taken = *u.Step
		case u.Step.Node == "node-2":
			delivered[u.Step.Message] = *u.Step
		}
	}
	require.Equal(t, livemap.Step{Node: "node-1", Kind: "taken", Client: alice.Welcome().ID, Room: "lobby", Text: "seen"}, taken)
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
	require.NoError(t, alice.Send(t.Context(), frame.Frame{Event: "message", Data: []byte(`"in vain"`), ID: &id}))
	require.Equal(t, alice.Welcome().ID, e.step("taken", "node-1").Client)
	require.Equal(t, alice.Welcome().ID, e.step("failed", "node-1").Client)
}

// They also do when a node has been started again, and when one of two maps is closed.
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
	e.moment(livemap.Became, "replica-2", status.Up) // of before
	pid := s.State().Servers[2].PID
	require.NoError(t, s.Do(t.Context(), system.Kill, "replica-2"))
	gone := e.moment(livemap.Became, "replica-2", status.Gone)
	done := e.moment(livemap.Done, "replica-2", system.Kill)
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
	e.moment(livemap.Noticed, "node-2", "node-2 is not ready")
	require.Equal(t, int64(3), e.moment(livemap.Lost, "node-2", "3 messages counted as missed").Count)

	again := openMap(t, s)
	require.Equal(t, done, again.moment(livemap.Done, "replica-2", system.Kill), "a map that is opened later is told, too")
}
