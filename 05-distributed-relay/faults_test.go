package relay_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/04-websocket-chat/frame"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

func message(text string, id int64) frame.Frame {
	return frame.Frame{Event: "message", Data: []byte(fmt.Sprintf("%q", text)), ID: &id}
}

// sayAndPlace sends a message and waits until it has its place: whatever comes
// before it has come.
func (c *client) sayAndPlace(text string, id int64) {
	c.t.Helper()
	c.send(message(text, id))
	require.Equal(c.t, id, *c.until("$placed").ID)
}

// untilDelivered repeats a message until the other client has it: the way back
// after a fault.
func untilDelivered(t *testing.T, from, to *client, text string) {
	t.Helper()
	arrived := make(chan struct{})
	go func() {
		defer close(arrived)
		for {
			m, err := to.Receive(t.Context())
			if err != nil || string(m.Data) == fmt.Sprintf("%q", text) {
				return
			}
		}
	}()
	require.Eventually(t, func() bool {
		from.say(text)
		select {
		case <-arrived:
			return true
		default:
			return false
		}
	}, patience, 50*time.Millisecond)
}

// untilRefused waits until a sender is told that its message was not taken;
// before that, nothing says that it was.
func (c *client) untilRefused(id int64) {
	c.t.Helper()
	for {
		m := c.any()
		if m.ID == nil || *m.ID != id {
			continue
		}
		require.Equal(c.t, "$error", m.Event, "nothing is acknowledged that was not accepted")
		require.Contains(c.t, string(m.Data), `"unavailable"`)
		return
	}
}

// In what time they do, TestAnswerComesWithinTheTimeout says.
func TestSendersLearnThatTheMasterIsAway(t *testing.T) {
	topologytest.Faults(t)
	t.Parallel() // it waits for timeouts
	for name, away := range map[string]struct{ begin, end func(*cluster) error }{
		"killed": {
			func(c *cluster) error { return c.top.Kill(0) },
			func(c *cluster) error { return c.top.Restart(c.t.Context(), 0) },
		},
		"frozen": {
			func(c *cluster) error { return c.top.Freeze(0) },
			func(c *cluster) error { return c.top.Thaw(0) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := startClusterWith(t, 2, relay.Options{PublishTimeout: time.Second, ProbeInterval: 250 * time.Millisecond}) // the defaults
			alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
			untilDelivered(t, alice, bob, "before")
			require.NoError(t, away.begin(c))
			for id := int64(2); id < 5; id++ {
				alice.send(message("lost", id))
				alice.untilRefused(id)
			}
			require.NoError(t, away.end(c))
			// Nobody was disconnected, nothing was restarted.
			untilDelivered(t, alice, bob, "after")
			untilDelivered(t, bob, alice, "after, too")
			for _, n := range c.nodes {
				n.awaitReady(t)
			}
		})
	}
}

func TestKilledReplicaIsToldAndWhatWasMissedIsCounted(t *testing.T) {
	topologytest.Faults(t)
	const lost = 37
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	alice.sayAndPlace("before", 1)
	require.Equal(t, "message", bob.until("message").Event)

	require.NoError(t, c.top.Kill(2))
	require.Contains(t, string(bob.until("$degraded").Data), "may be missed")
	status, body := fetch(t, c.nodes[1].url+"/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, `"ready":false`)
	require.Contains(t, body, c.top.Addrs()[2], "the reason names the server")
	for id := int64(2); id < 2+lost; id++ {
		alice.sayAndPlace("unheard", id)
	}
	require.NoError(t, c.top.Restart(t.Context(), 2))

	c.beat()
	recovered := bob.until("$recovered")
	require.JSONEq(t, fmt.Sprintf(`{"missed":%d}`, lost), string(recovered.Data))
	alice.say("after")
	require.JSONEq(t, `"after"`, string(bob.until("message").Data))
	c.nodes[1].awaitMetric(t, "chat_messages_missed_total", lost)
	require.Zero(t, c.nodes[0].metric(t, "chat_messages_missed_total"))
	c.nodes[1].awaitReady(t)
}

// A node that reaches the master some seconds later than another tells only then how
// much it had said. The clients that were told the first number are told the right one.
func TestNumberOfWhatWasMissedIsCorrected(t *testing.T) {
	topologytest.Faults(t)
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	other := func(seq uint64) {
		c.publish(wire.Envelope{UID: "other1", Event: "other", Rooms: []string{"lobby"}, Pub: "other", Seq: seq})
	}
	other(1)
	bob.until("other")

	require.NoError(t, c.top.Kill(2))
	bob.until("$degraded")
	for id := range int64(61) {
		alice.sayAndPlace("unheard", id)
		other(uint64(id) + 2)
	}
	require.NoError(t, c.top.Restart(t.Context(), 2))
	c.beat()
	require.JSONEq(t, `{"missed":61}`, string(bob.until("$recovered").Data), "the other has not been heard again")
	carol := c.dial(1, "carol", "lobby")
	carol.sayAndPlace("here", 1) // she is let in
	other(63)
	require.JSONEq(t, `{"missed":122}`, string(bob.until("$recovered").Data))
	require.Equal(t, "other", carol.next().Event)
	other(65) // 64 is missed later: not in the outage
	require.Equal(t, "other", carol.next().Event, "she was not there: nothing is corrected for her")
	require.Equal(t, "other", bob.next().Event)
	c.nodes[1].awaitMetric(t, "chat_messages_missed_total", 123)
}

func TestWhatACutReplicaMissedArrivesLateAndIsNotCounted(t *testing.T) {
	topologytest.Faults(t)
	t.Parallel() // it waits for the silence to be noticed
	c := &cluster{t: t, top: topologytest.Start(t, 2), prefix: redistest.Prefix(t)}
	c.addNode(1)
	c.o = attentive
	c.addNode(2)
	c.introduce()
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	require.NoError(t, c.top.Cut(2))
	bob.until("$degraded")
	for id := range int64(20) {
		alice.sayAndPlace(fmt.Sprint(id), id)
	}
	require.NoError(t, c.top.Mend(t.Context(), 2))
	for id := range 20 {
		require.JSONEq(t, fmt.Sprintf(`"%d"`, id), string(bob.until("message").Data))
	}
	c.beat()
	require.JSONEq(t, `{"missed":0}`, string(bob.until("$recovered").Data))
}

func TestFrozenReplicaIsNoticedAndEveryMessageArrivesOrIsCounted(t *testing.T) {
	topologytest.Faults(t)
	const sent = 50
	c := &cluster{t: t, top: topologytest.Start(t, 2), prefix: redistest.Prefix(t)}
	c.addNode(1)
	c.o.ProbeInterval = 100 * time.Millisecond
	c.addNode(2)
	c.introduce()
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	require.NoError(t, c.top.Freeze(2))
	bob.until("$degraded")
	for id := range int64(sent) {
		alice.sayAndPlace(fmt.Sprint(id), id)
	}
	require.NoError(t, c.top.Thaw(2))
	c.beat()
	// On a slow machine the node may be in doubt more than once: each time it tells
	// what it has missed since.
	arrived, missed := 0, 0
	for arrived+missed < sent {
		switch m := bob.next(); m.Event {
		case "message":
			arrived++
		case "$recovered":
			var told struct{ Missed *int }
			require.NoError(t, json.Unmarshal(m.Data, &told))
			require.NotNil(t, told.Missed)
			missed += *told.Missed
		}
	}
	require.Equal(t, sent, arrived+missed)
	c.nodes[1].awaitMetric(t, "chat_messages_missed_total", float64(missed))
}

func TestGapIsSeenThoughNoMessageFollows(t *testing.T) {
	c := startCluster(t, 1)
	bob, n := c.dial(0, "bob", "lobby"), c.nodes[0]
	say := func(seq uint64) {
		c.publish(wire.Envelope{UID: "other1", Event: "message", Pub: "other", Seq: seq})
	}
	say(1)
	bob.until("message")
	c.publishRaw("chat:probe", probeOf(t, "other", 6)) // 2 to 6 were never seen
	n.awaitMetric(t, "chat_messages_missed_total", 5)
	say(9) // 7 and 8, too
	bob.until("message")
	n.awaitMetric(t, "chat_messages_missed_total", 7)
}

func TestMessageIsNotDeliveredAgain(t *testing.T) {
	c := startCluster(t, 1)
	bob, n := c.dial(0, "bob", "lobby"), c.nodes[0]
	for _, seq := range []uint64{1, 2, 2, 1, 3} {
		c.publish(wire.Envelope{UID: "other1", Event: fmt.Sprint("m", seq), Pub: "other", Seq: seq})
	}
	for _, want := range []string{"m1", "m2", "m3"} {
		require.Equal(t, want, bob.next().Event)
	}
	n.awaitMetric(t, "chat_messages_repeated_total", 2)
	require.Zero(t, n.metric(t, "chat_messages_missed_total"))
}
