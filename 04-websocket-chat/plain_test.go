package chat

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var plainFrames = []string{
	`{"event":"message","data":"hi"}`,
	`{"event":"message","data":"hi","id":7}`,
	` { "id" : -12 , "event" : "x" , "data" : [ 1 , {"a":"}]\"\\"} ] , "room" : "go" } `,
	"{\"event\":\"m本\",\"room\":\"ロビー\",\"data\":\t{ }\n}",
	`{"event":"$ping"}`,
	`{"event":"a","data":null}`,
	`{"event":"a","data":-0.5e+3}`,
	`{"event":"a","data":"\ud800\n","id":0}`,
	`{"event":"one","data":[1,2,3],"event":"two","data":4,"room":"x","room":"go","id":1,"id":2}`,
	`{"event":"a","data":` + nested(64) + `}`,
	`{"event":"message","data":"` + strings.Repeat("x", 100) + `"}`,
}

// What plainFrame leaves to encoding/json: odd, or wrong.
var otherFrames = []string{
	``, ` `, `null`, `"x"`, `[]`, `{}`, `{`, `{"`, `{"event`, `{"event"`, `{"event":`, `{"event":"a"`, `{"event":"a",`,
	`{"event":"a",}`, `{"event":"a"}}`, `{"event":"a"}{"event":"b"}`, `{"event":"a"} x`, `{,"event":"a"}`, `{"event":"a" "id":1}`,
	`{"Event":"a"}`, `{"\u0065vent":"a"}`, `{"event":"\u0061"}`, `{"event":"a","ROOM":"b"}`, "{\"event\":\"a\u0001\"}", "{\"event\":\"\xff\"}",
	`{"event":"a","eventſ":1}`, `{"event":"a","other":{"deep":[]}}`, `{"event":"a","from":"bob","at":"now"}`, `{"event":"a","from":5}`,
	`{"event":null}`, `{"event":"a","event":null}`, `{"event":"a","room":null}`, `{"event":"a","id":1,"id":null}`,
	`{"event":5}`, `{"event":["a"]}`, `{"event":""}`, `{"data":1}`, `{"event":"` + strings.Repeat("x", 65) + `"}`,
	`{"event":"a","id":"7"}`, `{"event":"a","id":7.0}`, `{"event":"a","id":1e2}`, `{"event":"a","id":007}`, `{"event":"a","id":-}`, `{"event":"a","id":}`,
	`{"event":"a","id":9223372036854775807}`, `{"event":"a","id":9223372036854775808}`, `{"event":"a","id":12a}`,
	`{"event":"a","data":}`, `{"event":"a","data":]}`, `{"event":"a","data":[}`, `{"event":"a","data":[}]}`, `{"event":"a","data":{]}}`,
	`{"event":"a","data":01}`, `{"event":"a","data":1 2}`, `{"event":"a","data":nul}`, `{"event":"a","data":"\x"}`, `{"event":"a","data":"\`, `{"event":"a","data":"\"`,
	`{"event":"a","data":{"a":1,}}`, `{"event":"a","data":[1,]}`, `{"event":"a","data":'x'}`, "{\"event\":\"a\",\"data\":\"\n\"}",
	`{"event":"a","data":` + nested(65) + `}`, `{"event":"a","data":` + nested(20_000) + `}`, "\ufeff" + `{"event":"a"}`,
}

// saysTheSame compares plainFrame with encoding/json, the arbiter.
func saysTheSame(t *testing.T, text string) (plain bool) {
	t.Helper()
	got, plain := plainFrame([]byte(text))
	if plain {
		want, problem := anyFrame([]byte(text))
		require.Nil(t, problem, text)
		require.Equal(t, want, got, text)
	}
	return plain
}

func TestPlainFramesAreReadAsByEncodingJSON(t *testing.T) {
	for _, text := range plainFrames {
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

func TestOtherFramesAreLeftToEncodingJSON(t *testing.T) {
	for _, text := range otherFrames {
		require.False(t, saysTheSame(t, text), text)
	}
}

func FuzzPlainFrame(f *testing.F) {
	for _, text := range append(plainFrames, otherFrames...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { saysTheSame(t, text) })
}

// The one allocation is the data's own memory, which outlives the buffer.
func TestPlainFrameAllocatesItsDataOnly(t *testing.T) {
	text := []byte(`{"event":"message","data":{"text":"hi","to":["bob"]}}`)
	allocations := testing.AllocsPerRun(100, func() {
		if _, problem := parseFrame(text); problem != nil {
			t.Error(problem)
		}
	})
	if raceEnabled {
		t.Skip("the race detector makes pools forget at random")
	}
	require.LessOrEqual(t, allocations, 1.0)
}

// What it costs to read a frame with 100 bytes of data; "json" is what it would
// cost without plainFrame.
func BenchmarkFrame(b *testing.B) {
	for name, data := range map[string]string{
		"text":   `"` + strings.Repeat("x", 98) + `"`,
		"object": `{"text":"` + strings.Repeat("x", 60) + `","reply":12345,"tags":["a","b"],"at":1.5}`,
	} {
		text := []byte(`{"event":"message","data":` + data + `}`)
		require.True(b, json.Valid(text))
		for way, parse := range map[string]func([]byte) (Frame, *Problem){"plain": parseFrame, "json": anyFrame} {
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
