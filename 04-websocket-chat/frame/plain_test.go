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

// saysTheSame compares parseFast with encoding/json, the arbiter.
func saysTheSame(t *testing.T, text string) (plain bool) {
	t.Helper()
	got, plain := frame.ParseFast([]byte(text))
	if plain {
		want, problem := frame.ParseJSON([]byte(text))
		require.Nil(t, problem, text)
		require.Equal(t, want, got, text)
	}
	return plain
}

func TestCommonFramesAreReadAsByEncodingJSON(t *testing.T) {
	for _, text := range chattest.CommonFrames {
		require.True(t, saysTheSame(t, text), text)
		for i := range text { // and cut off anywhere, or with a byte too many, as wrong as before
			saysTheSame(t, text[:i])
			saysTheSame(t, text[:i]+text[i+1:])
			for _, c := range []string{" ", `"`, `\`, ",", ":", "{", "}", "[", "]", "0", "-", "\x00", "\xff"} {
				saysTheSame(t, text[:i]+c+text[i:])
			}
		}
	}
}

func TestOddFramesAreLeftToEncodingJSON(t *testing.T) {
	for _, text := range chattest.OddFrames {
		require.False(t, saysTheSame(t, text), text)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range slices.Concat(chattest.CommonFrames, chattest.OddFrames) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { saysTheSame(t, text) })
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

// What it costs to read a frame with 100 bytes of data; "json" is what it would
// cost without parseFast.
func BenchmarkFrame(b *testing.B) {
	for name, data := range map[string]string{
		"text":   `"` + strings.Repeat("x", 98) + `"`,
		"object": `{"text":"` + strings.Repeat("x", 60) + `","reply":12345,"tags":["a","b"],"at":1.5}`,
	} {
		text := []byte(`{"event":"message","data":` + data + `}`)
		require.True(b, json.Valid(text))
		for way, parse := range map[string]func([]byte) (frame.Frame, *frame.Problem){"plain": frame.Parse, "json": frame.ParseJSON} {
			b.Run(name+"/"+way, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, problem := parse(text); problem != nil {
						b.Fatal(problem)
					}
				}
			})
		}
	}
}
