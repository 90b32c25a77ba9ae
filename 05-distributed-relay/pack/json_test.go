package pack

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// through sends one JSON value through MessagePack and back.
func through(t testing.TB, text string) (string, error) {
	t.Helper()
	v, err := FromJSON(json.RawMessage(text))
	if err != nil {
		return "", err
	}
	got, err := toJSON(string(v))
	require.NoError(t, err)
	return string(got), nil
}

// toJSON reads the one value of payload as JSON.
func toJSON(payload string) (json.RawMessage, error) {
	r := NewReader(payload)
	defer r.Close()
	got, err := r.JSON()
	if err == nil {
		err = r.End()
	}
	return got, err
}

func unhex(t testing.TB, s string) string {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return string(b)
}

func TestJSONKeepsItsMeaning(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{`null`, ``}, {`true`, ``}, {`false`, ``}, {`""`, ``}, {`[]`, ``}, {`{}`, ``}, {`[[],{}]`, ``},
		{" \n[ 1 ,\t2 ] \r", `[1,2]`},
		{`{"z":1,"a":2,"10":3,"2":4}`, ``}, // the order of keys stays
		{`9223372036854775807`, ``}, {`-9223372036854775808`, ``}, {`18446744073709551615`, ``},
		{`9007199254740993`, ``},
		{`18446744073709551616`, `18446744073709552000`}, // beyond 64 bits: the nearest float64, as in JavaScript
		{`0.1`, ``}, {`-2.5`, ``}, {`1e-7`, ``}, {`1.5e300`, ``}, {`1e-400`, `0`},
		{`1.0`, `1`}, {`1e3`, `1000`}, {`1E+15`, `1e15`}, {`1000000000000000`, ``}, {`-0`, ``}, {`-0.0`, `-0`}, {`0`, ``},
		{`"\"\\\/\b\f\n\r\t\u0000\u001F"`, `"\"\\/\b\f\n\r\t\u0000\u001f"`},
		{`"\u00e9\u4e16\ud83e\udd8a"`, `"é世🦊"`},
		{`"\ud83e"`, `"` + "\uFFFD" + `"`}, {`"\udd8a\ud83ex"`, `"` + "\uFFFD\uFFFD" + `x"`}, {`"\ud83e\u0041"`, `"` + "\uFFFD" + `A"`},
		{`{"a":1,"b":2,"a":3}`, `{"b":2,"a":3}`}, // of repeated keys the last counts, at its own place
		{`{"a":1,"\u0061":2}`, `{"a":2}`},
		{`[{"a":{"x":1,"x":[1,2]},"a":{"y":1,"y":2}}]`, `[{"a":{"y":2}}]`},
		{`{"$base64":"YQ=="}`, ``}, // never becomes bytes again
	} {
		got, err := through(t, c.in)
		require.NoError(t, err, c.in)
		if c.out == "" {
			c.out = c.in
		}
		require.Equal(t, c.out, got, c.in)
	}
}

func TestRepeatedKeysOfALargeObject(t *testing.T) {
	var in, want strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&in, `"k%d":"old",`, i)
	}
	for i := range 500 {
		fmt.Fprintf(&in, `"k%d":%d,`, i, i)
	}
	for i := 500; i < 1000; i++ {
		fmt.Fprintf(&want, `"k%d":"old",`, i)
	}
	for i := range 500 {
		fmt.Fprintf(&want, `"k%d":%d,`, i, i)
	}
	got, err := through(t, "{"+in.String()+`"end":0}`)
	require.NoError(t, err)
	require.Equal(t, "{"+want.String()+`"end":0}`, got)
}

func TestHeadersOfEveryWidth(t *testing.T) {
	for _, c := range []struct{ json, head string }{
		{`"` + strings.Repeat("a", 65535) + `"`, "daffff61"},
		{`"` + strings.Repeat("a", 65536) + `"`, "db0001000061"},
		{"[1" + strings.Repeat(",1", 65534) + "]", "dcffff01"},
		{"[1" + strings.Repeat(",1", 65535) + "]", "dd0001000001"},
		{"[[1" + strings.Repeat(",1", 65535) + "]" + strings.Repeat(",1", 15) + "]", "dc0010dd0001000001"},
	} {
		v, err := FromJSON(json.RawMessage(c.json))
		require.NoError(t, err)
		require.Equal(t, c.head, hex.EncodeToString(v[:len(c.head)/2]))
		got, err := through(t, c.json)
		require.NoError(t, err)
		require.Equal(t, c.json, got)
	}
}

func TestDepthEndsAt64(t *testing.T) {
	nest := func(n int) string { return strings.Repeat(`{"a":[`, n/2) + strings.Repeat("]}", n/2) }
	got, err := through(t, nest(MaxDepth))
	require.NoError(t, err)
	require.Equal(t, nest(MaxDepth), got)
	_, err = through(t, nest(MaxDepth+2))
	require.ErrorIs(t, err, ErrTooDeep)

	for _, level := range []string{"91", "81a161"} { // arrived from someone else
		_, err = toJSON(unhex(t, strings.Repeat(level, MaxDepth+1)+"01"))
		require.ErrorIs(t, err, ErrTooDeep)
	}
}

func TestValuesThatJSONDoesNotHave(t *testing.T) {
	for _, c := range []struct{ name, hex, json string }{
		{"NaN", "91cb7ff8000000000000", `[null]`},
		{"infinity of a float32", "91caff800000", `[null]`},
		{"float32", "91ca3fc00000", `[1.5]`},
		{"bytes", "91c403010203", `[{"$base64":"AQID"}]`},
		{"Date, 32 bits", "d6ff6957de65", `"2026-01-02T15:04:05.000Z"`},
		{"Date, 64 bits", "d7ffa1a5d6006957de65", `"2026-01-02T15:04:05.678Z"`},
		{"Date, 96 bits", "c70cff3b8b87c0ffffffffffffffff", `"1969-12-31T23:59:59.999Z"`},
		{"Date, 5 digits of a year", "c70cff000000000000003afff44180", `"+010000-01-01T00:00:00.000Z"`},
		{"Date, further than JavaScript's last", "c70cff000000007fffffffffffffff", `null`},
		{"Date of notepack 2", "d70000000194277b9c65", `"2025-01-02T14:46:39.973Z"`},
		{"undefined of notepack 2", "d40000", `null`},
		{"ArrayBuffer of notepack 2", "c7020001ff", `{"$base64":"Af8="}`},
		{"ext that nobody knows", "d50501ff", `[5,{"$base64":"Af8="}]`},
		{"number as a key", "83070129020ccd01", ``},
		{"numbers as keys", "82070129c0", `{"7":1,"41":null}`},
		{"integers in more bytes than needed", "93d3ffffffffffffffffcf0000000000000001d10001", `[-1,1,1]`},
		{"uint64", "cfffffffffffffffff", `18446744073709551615`},
		{"int64", "d38000000000000000", `-9223372036854775808`},
		{"not UTF-8", "a361ff62", `"a` + "\uFFFD" + `b"`},
	} {
		got, err := toJSON(unhex(t, c.hex))
		if c.json == "" {
			require.Error(t, err, c.name)
			continue
		}
		require.NoError(t, err, c.name)
		require.Equal(t, c.json, string(got), c.name)
	}
}
