package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// documented reads the examples of docs/wire-formats.md, by the headings that they stand below.
func documented(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/wire-formats.md")
	require.NoError(t, err)
	examples, name := map[string]string{}, ""
	for _, m := range regexp.MustCompile("(?ms)^#+ ([^\n]*)$|^<!-- shown: bytes -->\n```\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
		if m[1] != "" {
			name = m[1]
			continue
		}
		require.NotContains(t, examples, name, "one example below each heading")
		examples[name] = m[2]
	}
	return examples
}

// bytesOf is what stands on the left of an example.
func bytesOf(t *testing.T, example string) (all []byte) {
	t.Helper()
	for line := range strings.Lines(example) {
		b, err := hex.DecodeString(strings.ReplaceAll(regexp.MustCompile(`^ *((?:[0-9a-f]{2} ?)+)(?: |$)`).FindStringSubmatch(line)[1], " ", ""))
		require.NoError(t, err, line)
		all = append(all, b...)
	}
	return all
}

const (
	alice = "k1qRUNGTrujnh1dS_jSa"
	pub   = "dtlm9OS9KQKZ"
	at    = 1795308005511
)

// What the document shows of Redis' side, as the code has it.
var payloads = map[string]any{
	"A client's message": wire.Envelope{
		UID: "hPb20a", Event: "message", Args: []any{json.RawMessage(`"is anybody there?"`)}, Rooms: []string{"lobby"},
		Except: []string{alice}, Flags: wire.Flags{Broadcast: true}, Pub: pub, Seq: 1, From: "alice", At: at,
	},
	"Bytes from a client": wire.Envelope{
		UID: "hPb20a", Event: "binary", Args: []any{[]byte{0, 1, 0xfe, 0xff}}, Rooms: []string{"lobby"},
		Except: []string{alice}, Flags: wire.Flags{Broadcast: true}, Pub: pub, Seq: 2, From: "alice", At: at,
	},
	"Our emitter's event": wire.Envelope{
		UID: wire.EmitterUID, Event: "message", Args: []any{json.RawMessage(`"Hello!"`)}, Rooms: []string{"lobby"}, Pub: "QHPDU6KVDYRAMDPQ", Seq: 1,
	},
	"An event of npm's emitter":   wire.Envelope{UID: wire.EmitterUID, Event: "chat", Args: []any{json.RawMessage(`"hi"`)}},
	"An event of npm's adapter":   wire.Envelope{UID: "abc123", Event: "chat", Args: []any{json.RawMessage(`"hi"`)}},
	"A probe":                     wire.Probe{Node: "vm:3000", Pub: pub, Seq: 2, Count: 300, Every: 250},
	"A change of who is there":    wire.Presence{Node: "vm:3000", Pub: pub, Joined: map[string][]string{"lobby": {"alice"}}},
	"A whole list, and a request": wire.Presence{Node: "vm:3000", Pub: pub, Whole: true, Ask: true, Joined: map[string][]string{"lobby": {"alice", "dora"}}},
	"A part of a list": wire.Presence{Node: "vm:3000", Pub: pub, Part: &wire.Part{
		To: [2]string{"lobby", "alice"}, Rooms: map[string]map[string]int{"lobby": {"alice": 2}},
	}},
}

func seven() *int64 { id := int64(7); return &id }

func text(s string) []byte { return frame.Append(nil, frame.OpText, []byte(s)) }

// And of a client's side.
var frames = map[string][]byte{
	"`$welcome`":            frame.Encode(frame.EventWelcome, "", frame.Welcome{ID: alice, Name: "alice", Room: "lobby", Node: "vm:3000"}, nil),
	"`$ack`":                frame.Encode(frame.EventAck, "", nil, seven()),
	"`$placed`":             frame.Encode(frame.EventPlaced, "", nil, seven()),
	"`$error`":              frame.Encode(frame.EventError, "", frame.Problemf(frame.CodeNotInRoom, `you are not in room "go"; send {"event":"join","data":…} first`), seven()),
	"`$presence`, at first": frame.Encode(frame.EventPresence, "lobby", frame.Presence{Count: 2, Present: []string{"alice", "bob"}}, nil),
	"`$presence`, a change": frame.Encode(frame.EventPresence, "lobby", frame.Presence{Count: 3, Joined: []string{"carol"}}, nil),
	"`$expiring`":           frame.Encode(frame.EventExpiring, "", frame.Expiring{Seconds: 60, Text: "your token expires in 60 s: bring a new one, or you are closed"}, nil),
	"`$pong`":               frame.Encode(frame.EventPong, "", nil, nil),
	"Bytes to a client":     frame.Append(nil, frame.OpBinary, []byte{0, 1, 0xfe, 0xff}),
	"A ping":                frame.Append(nil, frame.OpPing, nil),
	"A close":               frame.CloseTooSlow.Frame(),
	// These the hub alone writes: chapter 04's and 05's tests compare what they mean.
	"A message to a client":     text(`{"event":"message","data":"hi","room":"lobby","from":"alice","at":"2026-01-02T15:04:05.678Z"}`),
	"`$degraded`":               text(`{"event":"$degraded","data":{"text":"this node is starting: messages may be missed"}}`),
	"`$degraded`, with a delay": text(`{"event":"$degraded","data":{"text":"messages come late: what the others said is older than it looks","delay":1840}}`),
	"`$recovered`":              text(`{"event":"$recovered","data":{"missed":37}}`),
}

func TestDocumentedPayloadsAreWhatTheCodeReadsAndWrites(t *testing.T) {
	shown := documented(t)
	for name, want := range payloads {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, shown, name)
			b := bytesOf(t, shown[name])
			require.Equal(t, packed(b), shown[name], "what stands beside the bytes is what they say")
			var got any
			var again []byte
			var err error
			switch want := want.(type) {
			case wire.Envelope:
				got, err = wire.DecodeEnvelope(string(b))
				require.NoError(t, err)
				again, err = want.Append(nil)
			case wire.Probe:
				got, err = wire.DecodeProbe(string(b))
				again = want.Encode()
			case wire.Presence:
				got, _, err = wire.DecodePresence(string(b))
				again = want.Encode()
			}
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Equal(t, again, b)
		})
	}
}

func TestDocumentedFramesAreWhatANodeSends(t *testing.T) {
	shown := documented(t)
	for name, want := range frames {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, shown, name)
			require.Equal(t, framed(want), shown[name])
		})
	}
}

func TestDocumentedFrameOfAClientIsRead(t *testing.T) {
	shown := documented(t)[fromClient]
	b := bytesOf(t, shown)
	require.Equal(t, framed(b), shown)
	require.Equal(t, []byte{frame.OpText, 0x80 | 38}, b[:2])
	mask, text := b[2:6], b[6:]
	for i := range text {
		text[i] ^= mask[i%4]
	}
	f, problem := frame.Parse(text)
	require.Nil(t, problem)
	require.Equal(t, frame.Frame{Event: "message", Data: json.RawMessage(`"hi"`), ID: seven()}, f)
}

const fromClient = "A message from a client"

func TestEachDocumentedExampleIsTried(t *testing.T) {
	for name := range documented(t) {
		_, payload := payloads[name]
		_, sent := frames[name]
		require.True(t, payload || sent || name == fromClient, "no test tries the example below %q", name)
	}
}
