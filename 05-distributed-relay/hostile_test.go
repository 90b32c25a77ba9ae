package relay_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/05-distributed-relay/wire"
)

var ourChannels = []string{"socket.io#/#", "socket.io#/#lobby#", "chat:probe", "chat:presence"}

// prefixes are all that a payload is when its end is missing.
func prefixes(payload []byte) (cut []string) {
	for n := range payload {
		cut = append(cut, string(payload[:n]))
	}
	return cut
}

// hostile is what anybody can publish, by what is wrong with it.
func hostile(t *testing.T) map[string][]string {
	e := wire.Envelope{
		UID: "abc123", Event: "message", Args: []any{json.RawMessage(`{"a":[1.5,-70000,"é"]}`), []byte("b")},
		Rooms: []string{"lobby"}, Except: []string{"x"}, Pub: "p", Seq: 300, From: "eve", At: 1e12,
	}
	envelope, err := e.Append(nil)
	require.NoError(t, err)
	presence, err := msgpack.Marshal(map[string]any{"node": "n", "pub": "p", "whole": true, "joined": map[string]any{"lobby": []string{"eve"}}})
	require.NoError(t, err)
	of := func(values ...any) (payloads []string) {
		for _, v := range values {
			b, err := msgpack.Marshal(v)
			require.NoError(t, err)
			payloads = append(payloads, string(b))
		}
		return payloads
	}
	type m = map[string]any
	type l = []any
	packet := m{"type": 2, "data": l{"message", "hi"}, "nsp": "/"}
	var announced []string
	for _, head := range []string{"\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xdb\xff\xff\xff\xff", "\xc6\xff\xff\xff\xff", "\xc9\xff\xff\xff\xff\x01"} {
		for _, before := range []string{
			"", "\x93", "\x93\xa1a", "\x93\xa1a\x82\xa4type\x02\xa4data", "\x93\xa1a\x82\xa4type\x02\xa4data\x92\xa1e",
			"\x93\xa1a\x82\xa4type\x02\xa4data\x91\xa1e\x81\xa5rooms", "\x81\xa6joined", "\x81\xa3pub", "\x82\xa3pub\xa1p\xa3foo",
		} {
			announced = append(announced, before+head)
		}
	}
	return map[string][]string{
		"not MessagePack":         {"", "hello", "\xc1", `{"event":"message"}`, "\x00", "\xff\xff\xff\xff", "*3\r\n$7\r\nmessage\r\n"},
		"an envelope, cut off":    prefixes(envelope),
		"a probe, cut off":        prefixes(probeOf(t, "p", 300)),
		"presence, cut off":       prefixes(presence),
		"more than one":           {string(envelope) + "\xc0", string(presence) + "\xc0", string(probeOf(t, "p", 1)) + "\x00"},
		"of another arity":        of(l{}, l{"a"}, l{"a", packet}, m{}, nil),
		"of another type":         of(1, "text", 1.5, true, l{"a", l{}, m{}}, l{"a", "x", m{}}, l{"a", packet, nil}, l{"a", packet, "x"}),
		"with fields of another":  of(l{"a", m{"type": "two", "data": l{"e"}}, m{}}, l{"a", m{"type": 2, "data": m{}}, m{}}, l{"a", m{"type": 2, "data": l{nil}}, m{}}, l{"a", packet, m{"rooms": 1}}, l{"a", packet, m{"except": m{}}}, m{"pub": 1, "seq": "x"}, m{"pub": "p", "seq": l{}, "whole": 3}),
		"of another namespace":    of(l{"a", m{"type": 2, "data": l{"message", "hi"}, "nsp": "/admin"}, m{"rooms": l{}}}),
		"no event":                of(l{"a", m{"type": 3, "data": l{"e"}, "nsp": "/"}, m{}}, l{"a", m{"type": 2, "data": l{}, "nsp": "/"}, m{}}, l{"a", m{"type": 2, "nsp": "/"}, m{}}),
		"2³²-1 announced":         announced,
		"nested 100,000 deep":     {strings.Repeat("\x91", 100_000), strings.Repeat("\x81\xa1a", 100_000) + "\xc0", "\x93\xa1a\x82\xa4type\x02\xa4data\x92\xa1e" + strings.Repeat("\x91", 100_000) + "\xc0\x80"},
		"an identity without end": of(l{"a", packet, m{"pub": strings.Repeat("p", 1<<20), "seq": 1}}, m{"pub": strings.Repeat("p", 1<<16)}),
	}
}

// Each kind, on each channel, in the midst of a conversation.
func TestHostilePayloadsAreCountedAndHurtNobody(t *testing.T) {
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	master := c.redis(0)
	said, bad := 0, 0
	for what, payloads := range hostile(t) {
		_, err := master.Pipelined(t.Context(), func(pipe redis.Pipeliner) error {
			for _, channel := range ourChannels {
				for _, payload := range payloads {
					pipe.Publish(t.Context(), c.prefix+channel, payload)
				}
			}
			return nil
		})
		require.NoError(t, err)
		bad += len(ourChannels) * len(payloads)
		for from, to := range map[*client]*client{alice: bob, bob: alice} {
			from.say(fmt.Sprint(said))
			m := to.next()
			require.Equal(t, "message", m.Event, what)
			require.JSONEq(t, fmt.Sprintf(`"%d"`, said), string(m.Data), "after %s", what)
			said++
		}
	}
	for _, n := range c.nodes {
		n.awaitMetric(t, "chat_messages_malformed_total", float64(bad))
		require.Zero(t, n.metric(t, "chat_messages_missed_total"))
		require.Zero(t, n.metric(t, "chat_messages_repeated_total"))
		require.EqualValues(t, 1, n.metric(t, "chat_connections"))
		n.awaitReady(t)
	}
}

// Whoever floods the channels must not flood the log.
func TestHostilePayloadsAreOneLineASecondInTheLog(t *testing.T) {
	c := startCluster(t, 1)
	n, master := c.nodes[0], c.redis(0)
	began, sent := time.Now(), 0
	const line = "dropped what cannot be delivered"
	for strings.Count(n.log.String(), line) < 2 && time.Since(began) < patience {
		_, err := master.Pipelined(t.Context(), func(pipe redis.Pipeliner) error {
			for i := range 100 {
				pipe.Publish(t.Context(), c.prefix+ourChannels[i%4], "garbage")
			}
			return nil
		})
		require.NoError(t, err)
		sent += 100
	}
	n.awaitMetric(t, "chat_messages_malformed_total", float64(sent))
	lines := strings.Count(n.log.String(), line)
	require.GreaterOrEqual(t, lines, 2)
	require.LessOrEqual(t, lines, 1+int(time.Since(began)/time.Second), "of %d payloads", sent)
}

// What is for others is not even looked at.
func TestOtherKeysAndNamespacesAreNotOurs(t *testing.T) {
	c := startCluster(t, 1)
	bob := c.dial(0, "bob", "lobby")
	e := wire.Envelope{UID: "abc123", Event: "stolen"}
	payload, err := e.Append(nil)
	require.NoError(t, err)
	for _, channel := range []string{
		"socket.io#/admin#", "socket.io#/admin#lobby#", "socket.io#", "socket.io-request#/#", "socket.io-response#/#",
		"other#/#", "socket.io2#/#", "xsocket.io#/#", "chat:probe2", "chat:presences", "chat",
	} {
		c.publishRaw(channel, payload)
	}
	// In our namespace the name of the channel is only where to look: a room that
	// is named like a namespace is a room.
	c.publish(wire.Envelope{UID: "abc123", Event: "in a room", Rooms: []string{"admin"}})
	c.publishRaw("socket.io#/#/admin#", payload)
	require.Equal(t, "stolen", bob.next().Event)
	c.publish(wire.Envelope{UID: wire.EmitterUID, Event: "after"})
	require.Equal(t, "after", bob.next().Event)
	require.Zero(t, c.nodes[0].metric(t, "chat_messages_malformed_total"))
}

func TestNodesOwnEventsCannotBeForged(t *testing.T) {
	c := startCluster(t, 1)
	bob, n := c.dial(0, "bob", "lobby"), c.nodes[0]
	names := []string{"$welcome", "$error", "$ack", "$placed", "$presence", "$degraded", "$recovered", "$pong", "$", "$\u202E"}
	for _, name := range names {
		c.publish(wire.Envelope{UID: wire.EmitterUID, Event: name, Args: []any{json.RawMessage(`{"count":7}`)}, Rooms: []string{"lobby"}})
	}
	c.publish(wire.Envelope{UID: wire.EmitterUID, Event: "after"})
	for {
		m := bob.any()
		if m.Event == "after" {
			break
		}
		require.Equal(t, "$presence", m.Event, "the node's own")
		require.JSONEq(t, `{"count":1,"present":["bob"]}`, string(m.Data))
	}
	n.awaitMetric(t, "chat_messages_reserved_total", float64(len(names)))
}

// Socket.IO's own names would cut off the clients of its servers: no client of ours can say
// them, and what comes from Redis under such a name is dropped.
func TestSocketIOsOwnEventsAreNotRelayed(t *testing.T) {
	c := startCluster(t, 1)
	alice, bob, n := c.dial(0, "alice", "lobby"), c.dial(0, "bob", "lobby"), c.nodes[0]
	names := []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
	for i, name := range names {
		id := int64(i)
		alice.send(frame.Frame{Event: name, Data: []byte(`"x"`), ID: &id})
		m := alice.next()
		require.Equal(t, "$error", m.Event, name)
		require.Equal(t, &id, m.ID)
		var problem frame.Problem
		require.NoError(t, json.Unmarshal(m.Data, &problem))
		require.Equal(t, frame.CodeReservedEvent, problem.Code, name)
		require.Contains(t, problem.Text, name)
		require.Contains(t, problem.Text, "choose another name")
		c.publish(wire.Envelope{UID: wire.EmitterUID, Event: name, Rooms: []string{"lobby"}})
	}
	alice.say("after")
	require.JSONEq(t, `"after"`, string(bob.next().Data))
	c.publish(wire.Envelope{UID: wire.EmitterUID, Event: "Connect"}) // no name of Socket.IO's
	require.Equal(t, "Connect", bob.next().Event)
	n.awaitMetric(t, "chat_messages_reserved_total", float64(len(names)))
	require.EqualValues(t, 1, n.metric(t, "chat_messages_received_total"))
}
