package relay_test

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/05-distributed-relay/wire"
)

func TestMessageReachesTheOtherNodeAndNotItsSender(t *testing.T) {
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	carol := c.dial(0, "carol", "lobby")
	elsewhere := c.dial(1, "dave", "kitchen")

	alice.say("first")
	for _, who := range []*client{bob, carol} {
		m := who.next()
		require.Equal(t, "message", m.Event)
		require.JSONEq(t, `"first"`, string(m.Data))
		require.Equal(t, "lobby", m.Room)
		require.Equal(t, "alice", m.From)
		require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, m.At)
	}
	// What alice gets next is bob's: her own did not come before it.
	bob.say("second")
	require.JSONEq(t, `"second"`, string(alice.next().Data))
	require.JSONEq(t, `"second"`, string(carol.next().Data))
	// And dave, in another room, gets nothing before what is for all.
	c.publish(wire.Envelope{UID: wire.EmitterUID, Event: "notice"})
	require.Equal(t, "notice", elsewhere.next().Event)
}

func TestAcknowledgedThenPlacedInTheOneOrder(t *testing.T) {
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	id := int64(7)
	alice.send(frame.Frame{Event: "message", Data: []byte(`"mine"`), ID: &id})
	ack := alice.next()
	require.Equal(t, "$ack", ack.Event)
	require.Equal(t, id, *ack.ID)
	placed := alice.next()
	require.Equal(t, "$placed", placed.Event)
	require.Equal(t, id, *placed.ID)
	require.JSONEq(t, `"mine"`, string(bob.next().Data))
}

func TestEveryByteValueArrivesUnchanged(t *testing.T) {
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	payload := make([]byte, 0, 2*256)
	for i := range 256 {
		payload = append(payload, byte(i), byte(255-i))
	}
	require.NoError(t, alice.SendBinary(t.Context(), payload))
	m := bob.next()
	require.Equal(t, "binary", m.Event)
	require.Equal(t, payload, m.Binary)
}

func TestDataPassesUnchangedInMeaning(t *testing.T) {
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(1, "bob", "lobby")
	for _, data := range []string{
		`"hi"`, `null`, `true`, `[]`, `{}`, `9223372036854775807`, `-9223372036854775808`, `18446744073709551615`,
		`0.5`, `1e-7`, `"\u00e9\n\"\\ \ud83d\ude00"`, `{"z":1,"a":{"deep":[1,"2",null]}}`, `""`,
	} {
		alice.send(frame.Frame{Event: "any", Data: []byte(data)})
		require.JSONEq(t, data, string(bob.next().Data))
	}
	// JSONEq knows no order of keys, and reads numbers as float64: so by bytes, too.
	const exact = `{"z":9007199254740993,"a":1,"m":[3,2,1]}`
	alice.send(frame.Frame{Event: "any", Data: []byte(exact)})
	require.Equal(t, exact, string(bob.next().Data))
	alice.send(frame.Frame{Event: "any", Data: []byte(`{"a":1,"b":2,"a":3}`)})
	require.JSONEq(t, `{"a":3,"b":2}`, string(bob.next().Data))
	alice.send(frame.Frame{Event: "none"})
	require.Nil(t, bob.next().Data)
	alice.send(frame.Frame{Event: "huge", Data: []byte(`1e999`)})
	require.Contains(t, string(alice.until("$error").Data), `"bad_frame"`)
}

func TestRoomsAndExceptionsOfOtherPublishers(t *testing.T) {
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "red"), c.dial(1, "bob", "blue")
	id := bob.Welcome().ID
	text := func(s string) []any { return []any{json.RawMessage(`"` + s + `"`)} }
	foreign := wire.Envelope{UID: "abc123", Event: "message"}
	send := func(s string, rooms, except []string) {
		e := foreign
		e.Args, e.Rooms, e.Except = text(s), rooms, except
		c.publish(e)
	}
	send("to red", []string{"red"}, nil)
	send("to both", []string{"red", "blue"}, nil)
	send("to all but blue", nil, []string{"blue"})
	send("to all but bob", nil, []string{id})
	send("to bob alone", []string{id}, nil)
	send("end", nil, nil)

	want := func(who *client, text, room string) {
		t.Helper()
		m := who.next()
		require.JSONEq(t, `"`+text+`"`, string(m.Data))
		require.Equal(t, room, m.Room)
		require.Empty(t, m.From)
		require.Empty(t, m.At)
	}
	want(alice, "to red", "red")
	want(alice, "to both", "")
	want(alice, "to all but blue", "")
	want(alice, "to all but bob", "")
	want(alice, "end", "")
	want(bob, "to both", "")
	want(bob, "to bob alone", id)
	want(bob, "end", "")
}

func TestArgumentsBecomeData(t *testing.T) {
	c := startCluster(t, 1)
	bob := c.dial(0, "bob", "lobby")
	one, two := json.RawMessage(`1`), json.RawMessage(`{"b":2}`)
	for _, row := range []struct {
		args []any
		want string
	}{
		{nil, ""},
		{[]any{one}, `1`},
		{[]any{one, two}, `[1,{"b":2}]`},
		{[]any{[]byte{0, 1, 255}}, `{"$base64":"AAH/"}`},
		{[]any{one, []byte{0}}, `[1,{"$base64":"AA=="}]`},
	} {
		for _, name := range []string{"e", ""} {
			c.publish(wire.Envelope{UID: wire.EmitterUID, Event: name, Args: row.args})
			m := bob.next()
			require.Equal(t, name, m.Event)
			require.Equal(t, row.want, string(m.Data))
		}
	}
}

func TestWhatCannotBeDeliveredIsCountedAndStopsNothing(t *testing.T) {
	c := startCluster(t, 1)
	bob := c.dial(0, "bob", "lobby")
	bad := []string{"", "not msgpack", "\x93", "\xc1", "\x93\xa7emitter\x83", "\xdf\xff\xff\xff\xff",
		strings.Repeat("\x91", 1<<20)} // nested a million deep
	for _, payload := range bad {
		c.publishRaw("socket.io#/#", []byte(payload))
		c.publishRaw("chat:probe", []byte(payload))
		c.publishRaw("chat:presence", []byte(payload))
	}
	c.publish(wire.Envelope{UID: wire.EmitterUID, Event: "$welcome"})
	c.publish(wire.Envelope{UID: wire.EmitterUID, Event: "after"})
	require.Equal(t, "after", bob.next().Event)
	n := c.nodes[0]
	n.awaitMetric(t, "chat_messages_malformed_total", float64(3*len(bad)))
	n.awaitMetric(t, "chat_messages_reserved_total", 1)
	require.Contains(t, n.log.String(), "dropped what cannot be delivered")
}

func TestEndpointsOfANode(t *testing.T) {
	began := time.Now()
	c := startCluster(t, 1)
	n := c.nodes[0]
	status, body := fetch(t, n.url+"/readyz")
	require.Equal(t, http.StatusOK, status)
	require.JSONEq(t, `{"ready":true}`, body)
	require.Equal(t, "ok\n", get(t, n.url+"/healthz"))
	alice, bob := c.dial(0, "alice", "lobby"), c.dial(0, "bob", "lobby")
	alice.say("hi")
	bob.next()
	for name, want := range map[string]float64{
		"chat_connections": 2, "chat_messages_received_total": 1, "chat_deliveries_total": 1,
		"chat_messages_missed_total": 0, "chat_messages_repeated_total": 0, "chat_slow_clients_total": 0,
		"chat_publish_seconds_count": 1, "chat_relay_seconds_count": 1, "chat_ready": 1,
	} {
		n.awaitMetric(t, name, want)
	}
	probed := int64(math.Round(1000 * n.metric(t, "chat_probe_timestamp_seconds")))
	require.GreaterOrEqual(t, probed, began.UnixMilli())
	require.LessOrEqual(t, probed, time.Now().UnixMilli())
}
