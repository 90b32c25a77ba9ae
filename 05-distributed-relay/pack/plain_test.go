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
)

// FuzzJSON compares with encoding/json: what is JSON, and what it means.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-2.5e3,"\u00e9\ud83e\udd8a\n"],"b":{"a":null,"a":true}}`, `18446744073709551615`, `-0`, `1e400`, `"\ud800"`, `[1,]`, `{"a"}`, `01`, "\"\xff\"", ` [ ] `,
	} {
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
