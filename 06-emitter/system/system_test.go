package system_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/04-websocket-chat/client"
	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/06-emitter/system"
	"example.com/redis-chat/06-emitter/system/status"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "node" { // a system under test has started itself anew
		// A slow machine must not look like a fault.
		os.Setenv("PUBLISH_TIMEOUT", patience.String())
		if len(os.Args) > 2 {
			os.Setenv("PROBE_INTERVAL", os.Args[2])
		}
		os.Exit(system.NodeMain())
	}
	redistest.Main(m)
}

// patience is how long a test waits for something that is bound to come. It is
// there to end a hang, and says nothing about speed.
const patience = 2 * time.Minute

// noticeable is the probes' interval for tests in which a silence must be noticed,
// which takes three of them; unhurried is for all others.
const noticeable, unhurried = 250 * time.Millisecond, 2 * time.Second

// screen is a terminal.
type screen struct{ redistest.Buffer }

// shows waits until the terminal shows something.
func (s *screen) shows(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(s.String(), text) }, patience, 5*time.Millisecond, "never shown: %s", text)
}

func start(t *testing.T, o system.Options) (*system.System, *screen) {
	t.Helper()
	return startProbed(t, unhurried, o)
}

func startProbed(t *testing.T, interval time.Duration, o system.Options) (*system.System, *screen) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	o.Node = []string{self, "node", interval.String()}
	backend, err := launch.BackendFromEnv()
	require.NoError(t, err)
	switch backend.Kind {
	case launch.KindEmbedded, launch.KindServer:
		o.Redis = backend.String()
	default:
		t.Skip("the system starts servers of its own: run it with WORKBOOK_REDIS=embedded or WORKBOOK_REDIS=server")
	}
	out := &screen{}
	o.Out = out
	s, err := system.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			t.Log(out)
		}
	})
	return s, out
}

func dial(t *testing.T, s *system.System, node int, name string) *client.Client {
	t.Helper()
	c, err := client.Dial(t.Context(), s.State().Nodes[node].URL, client.DialOptions{Name: name})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

// hear returns the next message of one of these events.
func hear(t *testing.T, c *client.Client, events ...string) client.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		m, err := c.Receive(ctx)
		require.NoError(t, err, "while waiting for %v", events)
		for _, event := range events {
			if m.Event == event {
				return m
			}
		}
	}
}

// send sends a message and returns when the master has accepted it.
func send(t *testing.T, c *client.Client, text string) {
	t.Helper()
	data, err := json.Marshal(text)
	require.NoError(t, err)
	id := int64(1)
	require.NoError(t, c.Send(t.Context(), frame.Frame{Event: "message", Data: data, ID: &id}))
	m := hear(t, c, "$ack", "$error")
	require.Equal(t, "$ack", m.Event, string(m.Text))
}

func port(t *testing.T, addr string) int {
	t.Helper()
	a, err := net.ResolveTCPAddr("tcp", addr)
	require.NoError(t, err)
	return a.Port
}

func TestMessageReachesTheOtherNodeAndNotItsSender(t *testing.T) {
	s, out := start(t, system.Options{})
	alice, bob := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	out.shows(t, "alice connected to node-1, room lobby")
	send(t, alice, "from alice")
	m := hear(t, bob, "message")
	require.Equal(t, "alice", m.From)
	require.JSONEq(t, `"from alice"`, string(m.Data))

	receipt, err := s.Emit(t.Context(), "", "from outside")
	require.NoError(t, err)
	require.Contains(t, receipt, "reached 2 of 2 replicas")
	require.JSONEq(t, `"from outside"`, string(hear(t, bob, "message").Data))
	require.JSONEq(t, `"from outside"`, string(hear(t, alice, "message").Data), "alice heard herself")
	out.shows(t, `alice in lobby: "from alice"   node-1 → master → replica-1, replica-2`)
	out.shows(t, `emitter to all: "from outside"   emitter → master → replica-1, replica-2`)
}

func TestProofIsSeenByNobody(t *testing.T) {
	s, out := start(t, system.Options{Nodes: 3})
	carol := dial(t, s, 2, "carol")
	send(t, carol, "the first that is seen")
	out.shows(t, "the first that is seen")
	out.shows(t, "carol connected to node-3") // as that node's log tells, which may be read later
	require.Eventually(t, func() bool {       // at the latest server
		now := s.State()
		return now.Servers[0].Seen > 0 && now.Servers[1].Seen > 0 && now.Servers[2].Seen > 0
	}, patience, 5*time.Millisecond)
	require.NotContains(t, out.String(), "proof")
	require.Equal(t, int64(1), s.State().Messages)
	require.Len(t, s.State().Nodes[2].Clients, 1)
}

func TestLossOfAKilledReplicaIsCounted(t *testing.T) {
	s, out := start(t, system.Options{})
	alice, bob := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	hear(t, bob, "$recovered", "$presence") // its node has proven itself to it, or had before
	send(t, alice, "before")
	hear(t, bob, "message")

	require.NoError(t, s.Do(t.Context(), system.Kill, "replica-2"))
	hear(t, bob, "$degraded")
	out.shows(t, "replica-2 is gone: clients of node-2 hear nothing. To have it back: restart replica-2")
	const lost = 7
	for i := range lost {
		send(t, alice, fmt.Sprint("lost ", i))
	}
	require.NoError(t, s.Do(t.Context(), system.Restart, "replica-2"))
	var recovered struct{ Missed *int }
	require.NoError(t, json.Unmarshal(hear(t, bob, "$recovered", "message").Data, &recovered))
	require.NotNil(t, recovered.Missed)
	require.Equal(t, lost, *recovered.Missed)
	out.shows(t, "replica-2 is back")
	out.shows(t, "node-2 is ready again: 7 missed messages counted")
	require.Eventually(t, func() bool { return s.State().Missed == lost }, patience, 10*time.Millisecond)

	send(t, alice, "after")
	require.JSONEq(t, `"after"`, string(hear(t, bob, "message").Data))
}

func TestWhatACutReplicaMissedComesLate(t *testing.T) {
	s, out := start(t, system.Options{})
	alice, bob := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	require.NoError(t, s.Do(t.Context(), system.Cut, "replica-2"))
	send(t, alice, "held back")
	out.shows(t, `alice in lobby: "held back"   node-1 → master → replica-1`)
	require.NoError(t, s.Do(t.Context(), system.Mend, "replica-2"))
	require.JSONEq(t, `"held back"`, string(hear(t, bob, "message").Data))
	out.shows(t, `late at replica-2: alice in lobby: "held back"`)
}

func TestFrozenReplicaIsShownAndThaws(t *testing.T) {
	s, out := startProbed(t, noticeable, system.Options{})
	require.NoError(t, s.Do(t.Context(), system.Freeze, "replica-1"))
	out.shows(t, "replica-1 is frozen")
	out.shows(t, "node-1 is not ready")
	require.Equal(t, status.Frozen, s.State().Servers[1].State)
	require.NoError(t, s.Do(t.Context(), system.Thaw, "replica-1"))
	out.shows(t, "replica-1 goes on")
	out.shows(t, "node-1 is ready again")
	require.Eventually(t, func() bool { return s.State().Servers[1].State == status.Up }, patience, 5*time.Millisecond)
}

func TestFrozenNodeIsReadyAgainWhenItHasProvenIt(t *testing.T) {
	s, out := startProbed(t, noticeable, system.Options{})
	require.NoError(t, s.Do(t.Context(), system.Freeze, "node-1"))
	require.Equal(t, status.Frozen, s.State().Nodes[0].State)
	<-time.After(6 * noticeable) // several probes are late by then
	require.NoError(t, s.Do(t.Context(), system.Thaw, "node-1"))
	again := regexp.MustCompile("node-1 (is ready again|answers again, and is ready)")
	require.Eventually(t, func() bool { return again.MatchString(out.String()) }, patience, 5*time.Millisecond)
	require.Equal(t, status.Up, s.State().Nodes[0].State)
}

func TestMasterIsGoneAndComesBack(t *testing.T) {
	s, out := startProbed(t, noticeable, system.Options{})
	alice, bob := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	require.NoError(t, s.Do(t.Context(), system.Kill, "master"))
	out.shows(t, "master is gone: nobody can send")
	_, err := s.Emit(t.Context(), "", "to nobody")
	require.Error(t, err)
	out.shows(t, "node-1 is not ready")
	out.shows(t, "node-2 is not ready")
	require.NoError(t, s.Do(t.Context(), system.Restart, "master"))
	out.shows(t, "master is back")
	out.shows(t, "node-1 is ready again")
	out.shows(t, "node-2 is ready again")
	send(t, alice, "as before")
	require.JSONEq(t, `"as before"`, string(hear(t, bob, "message").Data))
}

func TestKilledNodeIsShownAndComesBack(t *testing.T) {
	s, out := start(t, system.Options{})
	bob := dial(t, s, 1, "bob")
	out.shows(t, "bob connected to node-2")
	pid := s.State().Nodes[1].PID
	process, err := os.FindProcess(pid)
	require.NoError(t, err)
	require.NoError(t, process.Kill(), "as somebody else would")
	out.shows(t, "node-2 has ended (signal: killed)")
	require.Equal(t, status.Gone, s.State().Nodes[1].State)
	for err == nil {
		_, err = bob.Receive(t.Context())
	}

	require.NoError(t, s.Do(t.Context(), system.Restart, "node-2"))
	require.NotEqual(t, pid, s.State().Nodes[1].PID)
	alice, bob2 := dial(t, s, 0, "alice"), dial(t, s, 1, "bob")
	send(t, alice, "again")
	require.JSONEq(t, `"again"`, string(hear(t, bob2, "message").Data))

	require.NoError(t, s.Do(t.Context(), system.Kill, "node-2"))
	out.shows(t, "node-2 is gone")
	require.ErrorContains(t, s.Do(t.Context(), system.Kill, "node-2"), "not running")
}

// With a key of its own a system shows and reaches its own clients, and nobody hears the usual
// channels.
func TestSystemWithAKey(t *testing.T) {
	t.Setenv("CHANNEL_PREFIX", "not-this-one") // for nodes that are started by hand
	s, out := start(t, system.Options{Key: "shop"})
	bob, err := client.Dial(t.Context(), s.State().Nodes[1].URL, client.DialOptions{Name: "bob"})
	require.NoError(t, err)
	defer bob.Close()
	master := redis.NewClient(&redis.Options{Addr: s.State().Servers[0].Addr})
	defer master.Close()
	usual := wire.Envelope{UID: wire.EmitterUID, Event: "usual"}
	payload, err := usual.Append(nil)
	require.NoError(t, err)
	require.NoError(t, master.Publish(t.Context(), usual.Channel(wire.DefaultKey), payload).Err())
	_, err = s.Emit(t.Context(), "lobby", "Hello!")
	require.NoError(t, err)
	for {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		m, err := bob.Receive(ctx)
		cancel()
		require.NoError(t, err)
		require.NotEqual(t, "usual", m.Event)
		if m.Event == "message" {
			require.JSONEq(t, `"Hello!"`, string(m.Data))
			break
		}
	}
	require.Contains(t, s.Hints(), "cmd/emit -redis "+s.State().Servers[0].Addr+" -channel-prefix shop message")
	out.shows(t, "Hello!") // the observers listen there, too
}
