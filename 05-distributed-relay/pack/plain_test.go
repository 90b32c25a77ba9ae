package pack

import (
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
)

// The plain way, three lines of libraries each. It loses the order of keys, and
// digits of integers beyond 2⁵³; and on the way back it makes a string of bytes
// where a client would not know them from text, and fails for NaN, for ext types
// and for keys that are numbers.
func plainFromJSON(data json.RawMessage) ([]byte, error) {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, err
	}
	return msgpack.Marshal(v)
}

func plainToJSON(payload string) (json.RawMessage, error) {
	var v any
	if err := msgpack.Unmarshal([]byte(payload), &v); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// FuzzPlain compares both ways of both directions.
func FuzzPlain(f *testing.F) {
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fast, err := FromJSON(json.RawMessage(text))
		if err != nil {
			return // FuzzJSON says when it may
		}
		plain, err := plainFromJSON(json.RawMessage(text))
		require.NoError(t, err)
		a, err := toJSON(string(fast))
		require.NoError(t, err)
		b, err := toJSON(string(plain))
		require.NoError(t, err)
		require.Equal(t, rounded(t, b), rounded(t, a), "written by both, read by the Reader")
		c, err := plainToJSON(string(fast))
		require.NoError(t, err)
		require.Equal(t, rounded(t, c), rounded(t, a), "written by the Writer, read by both")
	})
}

// rounded is text as a value whose numbers are all float64.
func rounded(t *testing.T, text json.RawMessage) (v any) {
	require.NoError(t, json.Unmarshal(text, &v), "%q", text)
	return v
}

// What chat is made of: a line of text, and an object.
var samples = map[string]string{
	"text":   `"` + strings.Repeat("x", 98) + `"`,
	"object": `{"text":"` + strings.Repeat("x", 60) + `","reply":12345,"tags":["a","b"],"at":1.5}`,
}

// What a client's data costs on that client's goroutine.
func BenchmarkFromJSON(b *testing.B) {
	for name, data := range samples {
		b.Run(name+"/fast", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := FromJSON(json.RawMessage(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/plain", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := plainFromJSON(json.RawMessage(data)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What a message's data costs the one goroutine that delivers.
func BenchmarkToJSON(b *testing.B) {
	for name, data := range samples {
		v, err := FromJSON(json.RawMessage(data))
		require.NoError(b, err)
		payload := string(v)
		b.Run(name+"/fast", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := toJSON(payload); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/plain", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := plainToJSON(payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var texts = []string{
	`{"a":[1,-2.5e3,"\u00e9\ud83e\udd8a\n"],"b":{"a":null,"a":true}}`, `18446744073709551615`, `-0`, `1e400`, `"\ud800"`, `[1,]`, `{"a"}`, `01`, "\"\xff\"", ` [ ] `,
}

// FuzzJSON compares with encoding/json: what is JSON, and what it means.
func FuzzJSON(f *testing.F) {
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := through(t, text)
		if err != nil {
			if json.Valid([]byte(text)) && depth(text) <= MaxDepth && !hugeNumber(text) {
				t.Fatalf("refused: %v", err)
			}
			return
		}
		if !json.Valid([]byte(text)) {
			t.Fatal("taken, and is not JSON")
		}
		require.True(t, same(meaning(t, text), meaning(t, got)), "%s became %s", text, got)
		again, err := through(t, got)
		require.NoError(t, err)
		require.Equal(t, got, again, "the second time through")
	})
}

// meaning is text as a value.
func meaning(t *testing.T, text string) any {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	require.NoError(t, dec.Decode(&v))
	return v
}

// same reports whether got means what was sent.
func same(sent, got any) bool {
	switch sent := sent.(type) {
	case json.Number:
		got, ok := got.(json.Number)
		return ok && sameNumber(string(sent), string(got))
	case []any:
		got, ok := got.([]any)
		return ok && slices.EqualFunc(sent, got, same)
	case map[string]any:
		got, ok := got.(map[string]any)
		return ok && maps.EqualFunc(sent, got, same)
	}
	return sent == got
}

// sameNumber: an integer of 64 bits stays that, digit by digit; all else is the
// same float64.
func sameNumber(sent, got string) bool {
	_, signed := strconv.ParseInt(sent, 10, 64)
	_, unsigned := strconv.ParseUint(sent, 10, 64)
	if (signed == nil || unsigned == nil) && sent != "-0" {
		return sent == got
	}
	a, _ := strconv.ParseFloat(sent, 64)
	b, err := strconv.ParseFloat(got, 64)
	return err == nil && a == b && math.Signbit(a) == math.Signbit(b)
}

func depth(text string) (deepest int) {
	dec := json.NewDecoder(strings.NewReader(text))
	for d := 0; ; {
		token, err := dec.Token()
		if err == io.EOF || err != nil {
			return deepest
		}
		switch token {
		case json.Delim('['), json.Delim('{'):
			d++
			deepest = max(deepest, d)
		case json.Delim(']'), json.Delim('}'):
			d--
		}
	}
}

func hugeNumber(text string) bool {
	var v any
	return json.Unmarshal([]byte(text), &v) != nil
}
