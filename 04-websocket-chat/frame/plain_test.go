package frame_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// The plain way to read a frame. It knows no limits, and its errors speak of Go.
func plainParse(text []byte) (f frame.Frame, err error) {
	err = json.Unmarshal(text, &f)
	return f, err
}

// The plain way to write a frame of the node's own.
func plainEncode(f frame.Frame) (wire []byte, err error) {
	text, err := json.Marshal(f)
	return frame.Append(nil, frame.OpText, text), err
}

// readAsPlainly requires that Parse and the plain way agree, and reports whether the fast way took the frame.
func readAsPlainly(t *testing.T, text string) (fast bool) {
	t.Helper()
	want, err := plainParse([]byte(text))
	got, problem := frame.Parse([]byte(text))
	if err != nil {
		require.NotNil(t, problem, text)
	}
	if problem == nil {
		require.Equal(t, want, got, text)
	}
	f, fast := frame.ParseFast([]byte(text))
	if fast {
		_, problem = frame.ParseJSON([]byte(text))
		require.Nil(t, problem, "refused without the fast way: %s", text)
		require.Equal(t, want, f, text)
	}
	return fast
}

func TestCommonFramesAreReadFastAndAsByEncodingJSON(t *testing.T) {
	for _, text := range chattest.CommonFrames {
		require.True(t, readAsPlainly(t, text), text)
		for i := range text { // and cut off anywhere, or with a byte too many, as wrong as before
			readAsPlainly(t, text[:i])
			readAsPlainly(t, text[:i]+text[i+1:])
			for _, c := range []string{" ", `"`, `\`, ",", ":", "{", "}", "[", "]", "0", "-", "\x00", "\xff"} {
				readAsPlainly(t, text[:i]+c+text[i:])
			}
		}
	}
}

func TestOddFramesAreLeftToEncodingJSON(t *testing.T) {
	for _, text := range chattest.OddFrames {
		require.False(t, readAsPlainly(t, text), text)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range slices.Concat(chattest.CommonFrames, chattest.OddFrames) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { readAsPlainly(t, text) })
}

// FuzzEncode compares what a client reads of both: the order of keys may differ, and which characters are escaped.
func FuzzEncode(f *testing.F) {
	f.Add("$pong", "", "", int64(0))
	f.Add("$a\"b", "a\\b\n", "", int64(0))
	f.Add("$presence", "go", `{"count":1,"present":["alice"]}`, int64(0))
	f.Add("$error", "\xff\u2028<b>", ` [1, "\ud800<", 1e400] `, int64(-7))
	f.Add("$long", "", `"`+strings.Repeat("x", 1<<16)+`"`, int64(1))
	f.Fuzz(func(t *testing.T, event, room, data string, id int64) {
		sent := frame.Frame{Event: event, Room: room, ID: &id}
		var value any // nil: no data
		if data != "" {
			if !json.Valid([]byte(data)) {
				return // Encode's data are our own types: they always are JSON
			}
			sent.Data = json.RawMessage(data)
			value = sent.Data
		}
		plain, err := plainEncode(sent)
		require.NoError(t, err)
		want, err := plainParse(payload(plain))
		require.NoError(t, err)
		got, err := plainParse(payload(frame.Encode(event, room, value, &id)))
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

// payload returns the text that a WebSocket frame carries.
func payload(wire []byte) []byte {
	switch wire[1] {
	case 126:
		return wire[4:]
	case 127:
		return wire[10:]
	}
	return wire[2:]
}

// The one allocation is the data's own memory, which outlives the buffer.
func TestCommonFrameAllocatesItsDataOnly(t *testing.T) {
	text := []byte(`{"event":"message","data":{"text":"hi","to":["bob"]}}`)
	allocations := testing.AllocsPerRun(100, func() {
		if _, problem := frame.Parse(text); problem != nil {
			t.Error(problem)
		}
	})
	if chattest.RaceEnabled {
		t.Skip("the race detector makes pools forget at random")
	}
	require.LessOrEqual(t, allocations, 1.0)
}

// What it costs to read a frame with 100 bytes of data.
func BenchmarkParse(b *testing.B) {
	for name, data := range map[string]string{
		"text":   `"` + strings.Repeat("x", 98) + `"`,
		"object": `{"text":"` + strings.Repeat("x", 60) + `","reply":12345,"tags":["a","b"],"at":1.5}`,
	} {
		text := []byte(`{"event":"message","data":` + data + `}`)
		b.Run(name+"/fast", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, problem := frame.Parse(text); problem != nil {
					b.Fatal(problem)
				}
			}
		})
		b.Run(name+"/plain", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := plainParse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What it costs to write an acknowledgement, of which a node writes two for each message that has an id.
func BenchmarkEncode(b *testing.B) {
	id := int64(7)
	b.Run("fast", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			frame.Encode(frame.EventAck, "", nil, &id)
		}
	})
	b.Run("plain", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := plainEncode(frame.Frame{Event: frame.EventAck, ID: &id}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
