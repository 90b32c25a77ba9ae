package chat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// The plain way to write an event as a frame. It escapes data that needs no escapes, as the library does.
func (e *Event) plainFrame() (wire []byte, err error) {
	f := frame.Frame{Event: e.Name, Data: e.Data, From: e.From, At: e.At.UTC().Format("2006-01-02T15:04:05.000Z")}
	if len(e.Rooms) == 1 {
		f.Room = e.Rooms[0]
	}
	if e.At.IsZero() {
		f.At = ""
	}
	text, err := json.Marshal(f)
	return frame.Append(nil, frame.OpText, text), err
}

// FuzzAppendFrame compares what a client reads of both.
func FuzzAppendFrame(f *testing.F) {
	f.Add("message", `"hi"`, "lobby", "alice", int64(1767366245678))
	f.Add("a\u2028<b>", "", "", "", int64(0))
	f.Add("\xff\"", " {\"a\" : [1e400, \"\\ud800<\u2028\"] } ", "ロビー", "Zoë", int64(-1))
	f.Add("message", `"`+strings.Repeat("x", 1<<16)+`"`, "go", "bob", int64(1))
	f.Fuzz(func(t *testing.T, name, data, room, from string, at int64) {
		if data != "" && !json.Valid([]byte(data)) {
			return // whoever made the event has checked it
		}
		e := Event{Name: name, Data: json.RawMessage(data), From: from}
		if room != "" {
			e.Rooms = []string{room}
		}
		if at != 0 {
			e.At = time.UnixMilli(at)
		}
		fast, _ := e.appendFrame(nil, nil)
		plain, err := e.plainFrame()
		require.NoError(t, err)
		require.Equal(t, read(t, plain), read(t, fast))
	})
}

// read is what a client reads of a frame, its data written in one form: without spaces, and with the library's escapes.
func read(t *testing.T, wire []byte) (f frame.Frame) {
	t.Helper()
	head := map[byte]int{126: 4, 127: 10}[wire[1]]
	require.NoError(t, json.Unmarshal(wire[max(2, head):], &f))
	if f.Data != nil {
		var compact, escaped bytes.Buffer
		require.NoError(t, json.Compact(&compact, f.Data))
		json.HTMLEscape(&escaped, compact.Bytes())
		f.Data = escaped.Bytes()
	}
	return f
}

// What it costs to make the bytes of a message, once for all that receive it.
func BenchmarkAppendFrame(b *testing.B) {
	e := Event{Name: "message", Data: []byte(`"` + strings.Repeat("x", 126) + `"`), Rooms: []string{"go"}, From: "alice", At: time.Now()}
	b.Run("fast", func(b *testing.B) {
		var wire, text []byte
		b.ReportAllocs()
		for b.Loop() {
			wire, text = e.appendFrame(wire[:0], text)
		}
	})
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := e.plainFrame(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The plain round: one Write to each client, one after the other. A client that does
// not read holds it up, and with it all others.
func plainRound(conns []*Conn) {
	b := new(batch)
	for _, c := range conns {
		for bytes, _ := c.fill(b); bytes > 0; bytes, _ = c.fill(b) {
			_, _ = c.ws.NetConn().Write(b.join())
			c.out.done(bytes)
		}
	}
}

// As plain, and it waits for nobody: a writer for each client.
func writersRound(conns []*Conn) {
	for _, c := range conns {
		go c.writer()
	}
}

var rounds = map[string]func([]*Conn){"fast": writeRound, "plain": plainRound, "writers": writersRound}

// writeInRound queues chunks for all clients of the hub, and has round write them.
func (h *Hub) writeInRound(round func([]*Conn), chunks ...[]byte) {
	var start []*Conn
	h.mu.Lock()
	for _, chunk := range chunks {
		start = append(start, h.tell(chunk)...)
	}
	h.mu.Unlock()
	round(start)
}

// FuzzRound compares what clients receive, whichever way a round is written.
func FuzzRound(f *testing.F) {
	n := serve(f, Options{MaxQueueBytes: 1 << 30})
	var clients []net.Conn
	for i := range 3 {
		room := fmt.Sprint("room", i) // alone: nobody is told of the others
		p := n.Enter("p", room)
		p.Presence()
		clients = append(clients, p.WS.NetConn())
	}
	f.Add([]byte("hello"), uint8(1), uint8(1))
	f.Add([]byte("one after the other"), uint8(20), uint8(1))
	f.Add([]byte(strings.Repeat("0123456789", 1000)), uint8(7), uint8(3))
	f.Add([]byte(strings.Repeat("more than a socket holds", 5000)), uint8(3), uint8(100))
	f.Fuzz(func(t *testing.T, text []byte, parts, times uint8) {
		var chunks [][]byte
		for range times {
			for i := range int(parts) {
				part := text[len(text)*i/int(parts) : len(text)*(i+1)/int(parts)]
				if len(part) > 0 {
					chunks = append(chunks, part)
				}
			}
		}
		want := bytes.Join(chunks, nil)
		for way, round := range rounds {
			received := make(chan []byte)
			for _, client := range clients {
				go func() {
					got := make([]byte, len(want))
					_ = client.SetReadDeadline(time.Now().Add(chattest.Patience))
					_, _ = io.ReadFull(client, got) // what is missing differs
					received <- got
				}()
			}
			n.hub.writeInRound(round, chunks...)
			for range clients {
				require.True(t, bytes.Equal(want, <-received), way)
			}
		}
	})
}

// What it costs to write one frame to each of 100 clients over loopback, until they have read it. Measured alone, the
// three take about the same time: most of it is the system calls of both ends. What writeRound adds to "plain" is that
// it waits for nobody; what it saves against "writers" is CPU, which counts when the node is busy (round.go).
func BenchmarkRound(b *testing.B) {
	const connections = 100
	hub, received := sinks(b, true, connections)
	e := Event{Name: "message", Data: []byte(`"` + strings.Repeat("x", 126) + `"`), Rooms: []string{"go"}, From: "alice", At: time.Now()}
	chunk, _ := e.appendFrame(nil, nil)
	for way, round := range rounds {
		b.Run(way, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				received.expect(int64(connections * len(chunk)))
				hub.writeInRound(round, chunk)
				<-received.all
			}
		})
	}
}
