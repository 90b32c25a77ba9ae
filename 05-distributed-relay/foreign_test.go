package relay_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/04-websocket-chat/frame"
	relay "example.com/redis-chat/05-distributed-relay"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// line is a message to a room of another node, as that node would publish it.
func line(pub string, seq uint64, rooms ...string) wire.Envelope {
	return wire.Envelope{UID: "abc123", Event: "message", Args: []any{json.RawMessage(`"hi"`)}, Rooms: rooms, Pub: pub, Seq: seq, From: "eve"}
}

// A node that somebody looks at goes the plain way.
func TestForeignMessageIsCountedAsThePlainWayCountsIt(t *testing.T) {
	c := startCluster(t, 1)
	tracer := &relay.Tracer{}
	tracer.Watch(func(relay.Step) {}, 1)
	c.o.Trace = tracer
	plain := c.addNode(1)
	c.introduce()
	fast, bob := c.nodes[0], []*client{c.dial(0, "bob", "lobby"), c.dial(1, "bob", "lobby")}

	numbers := map[string]uint64{"a": 1, "b": 1, "c": 1}
	room := func() string { return fmt.Sprint("room-", rand.N(3)) }
	for pub := range numbers {
		c.publish(line(pub, 1, room()))
	}
	for range 500 {
		pub := string(rune('a' + rand.N(3)))
		switch seq := numbers[pub]; rand.N(10) {
		case 0: // again
			c.publish(line(pub, seq, room()))
		case 1: // a gap
			numbers[pub] += 5
			c.publish(line(pub, seq+5, room()))
		case 2: // without a number
			c.publish(wire.Envelope{UID: wire.EmitterUID, Event: "notice", Rooms: []string{room()}})
		case 3: // too far above the last one
			c.publish(line(pub, seq+1<<40, room()))
		case 4: // a name that nobody may use
			e := line(pub, seq+1, room())
			numbers[pub], e.Event = seq+1, "$welcome"
			c.publish(e)
		case 5: // no envelope
			c.publishRaw("socket.io#/#"+room()+"#", []byte("\x93\xa1u\x80"))
		case 6: // to two rooms of others, and to bob's
			numbers[pub] = seq + 2
			c.publish(line(pub, seq+1, room(), "elsewhere"))
			c.publish(line(pub, seq+2, "lobby"))
			for _, bob := range bob {
				require.Equal(t, "message", bob.next().Event)
			}
		default:
			numbers[pub]++
			c.publish(line(pub, seq+1, room()))
		}
	}
	for n := range uint64(2) { // when the second is there, all before the first is counted
		c.publish(line("last", n+1))
		for _, bob := range bob {
			require.Equal(t, "message", bob.next().Event)
		}
	}
	for _, metric := range []string{"missed", "repeated", "malformed", "reserved"} {
		name := "chat_messages_" + metric + "_total"
		require.Equal(t, plain.metric(t, name), fast.metric(t, name), metric)
		require.NotZero(t, fast.metric(t, name), metric)
	}
}

// Who joins is there for all that is said from then on, however fast it follows.
func TestWhoJoinsMissesNothingBehindIt(t *testing.T) {
	c := startCluster(t, 2)
	alice, bob := c.dial(0, "alice", "tea"), c.dial(1, "bob", "lobby")
	for i := range 50 {
		bob.move("join", "tea")
		text := fmt.Sprint("is this cup number ", i, "?")
		alice.say(text)
		bob.hears(text)
		bob.move("leave", "tea")
		alice.say("nobody is here for this")
	}
	for _, n := range c.nodes {
		require.Zero(t, n.metric(t, "chat_messages_missed_total"))
	}
}

// move joins or leaves a room, and waits for the answer.
func (c *client) move(how, room string) {
	c.t.Helper()
	c.send(frame.Frame{Event: how, Data: fmt.Appendf(nil, "%q", room), ID: new(int64(1))})
	c.until("$ack")
}

// What a node allocates for messages that are for nobody there.
func TestForeignMessageAllocatesNothing(t *testing.T) {
	redistest.NeedsServer(t) // miniredis would allocate in this process
	server := redistest.Process(t, launch.ProcessOptions{})
	prefix := redistest.Prefix(t)
	n := startNode(t, relay.Options{PubAddr: server.Addr(), Prefix: prefix})
	n.awaitReady(t)
	bob := dial(t, n.url, "bob", "lobby")

	const burst, bursts = 1000, 20
	conn, err := net.Dial("tcp", server.Addr())
	require.NoError(t, err)
	defer conn.Close()
	publish := func(e wire.Envelope) []byte {
		payload, err := e.Append(nil)
		require.NoError(t, err)
		channel := prefix + e.Channel("socket.io")
		return fmt.Appendf(nil, "*3\r\n$7\r\npublish\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(channel), channel, len(payload), payload)
	}
	var commands [bursts + 1][]byte
	seq := uint64(1<<16 - 4*burst) // numbers of two bytes, then of four: a read buffer ends elsewhere in a message
	for i := range commands {
		for range burst {
			seq++
			commands[i] = append(commands[i], publish(line("pub", seq, "elsewhere"))...)
		}
	}
	_, err = conn.Write(commands[0]) // warm: buffers are there
	require.NoError(t, err)
	_, err = conn.Write(publish(line("another", 1, "lobby")))
	require.NoError(t, err)
	bob.until("message")

	answers := make([]byte, 64<<10)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, burst := range commands[1:] {
		_, _ = conn.Write(burst)
		_ = conn.SetReadDeadline(time.Now()) // what is there, so that the server can go on
		_, _ = conn.Read(answers)
	}
	_, _ = conn.Write(publish(line("another", 2, "lobby")))
	bob.until("message")
	runtime.ReadMemStats(&after)
	require.Less(t, float64(after.Mallocs-before.Mallocs)/(burst*bursts), 0.05, "of which none is for a message")
	n.awaitMetric(t, "chat_messages_missed_total", 0)
}
