package wire

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/05-distributed-relay/pack"
)

// Each target runs its corpus, testdata/fuzz, in every go test. To look for
// more: go test -run '^$' -fuzz FuzzDecode .

// FuzzDecode reads an envelope of anybody's.
func FuzzDecode(f *testing.F) {
	e := Envelope{UID: "abc123", Event: "chat", Args: []any{json.RawMessage(`{"a":[1,-2,0.5,null,"é"]}`), []byte{1}}, Rooms: []string{"r"}, Except: []string{"s"}, Flags: Flags{Volatile: true, Timeout: 5}, Pub: "p", Seq: 7, From: "f", At: 9}
	seed, _ := e.Append(nil)
	f.Add(string(seed))
	f.Add("\x94\xc0\x82\xa4type\xa12\xa4data\x92\xcb?\xe0\x00\x00\x00\x00\x00\x00\x82\xc0\x01\x80\x02\x90\xc3") // as liberal as can be
	f.Add("\x93\xa7emitter\x82\xa4type\x02\xa4data\x91\xa0\x85\xa5rooms\x93\xc0\x07\xd4\x00\x00\xa6except\xa3abc\xa5flags\x90\xa3seq\xff\xa2at\xca\x40\x00\x00\x00")
	f.Fuzz(func(t *testing.T, payload string) {
		pub, seq, numberErr := DecodeNumber(payload)
		e, err := DecodeEnvelope(payload)
		if err != nil {
			require.Less(t, len(err.Error()), 1000, "one line of a log")
			return
		}
		require.NoError(t, numberErr)
		require.Equal(t, e.Pub, pub)
		require.Equal(t, e.Seq, seq)
		sound(t, &e, len(payload))

		b, err := e.Append(nil)
		if err != nil {
			require.ErrorIs(t, err, pack.ErrTooDeep, "bytes at the last level become an object: one level more")
			return
		}
		again, err := DecodeEnvelope(string(b))
		require.NoError(t, err)
		for i := range e.Args { // 1.0 may be written 1: equal in meaning, compared by FuzzJSON
			require.IsType(t, e.Args[i], again.Args[i])
		}
		require.Len(t, again.Args, len(e.Args))
		e.Args, again.Args = nil, nil
		require.Equal(t, e, again)
	})
}

// sound asserts what the delivery relies on.
func sound(t *testing.T, e *Envelope, size int) {
	t.Helper()
	require.LessOrEqual(t, len(e.Args), mostArguments)
	total := 0
	for _, arg := range e.Args {
		switch arg := arg.(type) {
		case json.RawMessage:
			require.True(t, json.Valid(arg) && utf8.Valid(arg), "%q", arg)
			total += len(arg)
		case []byte:
			total += len(arg)
		default:
			t.Fatalf("an argument is a %T", arg)
		}
	}
	require.LessOrEqual(t, total, 10*size, "JSON is no larger than that: see flushBytes of the relay")
	for _, s := range append([]string{e.UID, e.Event, e.Pub, e.From}, append(e.Rooms, e.Except...)...) {
		require.True(t, utf8.ValidString(s), "%q", s)
	}
}

func FuzzProbe(f *testing.F) {
	f.Add(string(Probe{Node: "a", Pub: "p", Seq: 300, Count: 70_000, Every: 250}.Encode()))
	f.Fuzz(func(t *testing.T, payload string) {
		p, err := DecodeProbe(payload)
		if err != nil {
			require.Zero(t, p)
			return
		}
		require.NotEmpty(t, p.Pub)
		require.LessOrEqual(t, len(p.Pub), MaxPub)
		again, err := DecodeProbe(string(p.Encode()))
		require.NoError(t, err)
		require.Equal(t, p, again)
	})
}

func FuzzPresence(f *testing.F) {
	f.Add(string(Presence{Node: "a", Pub: "p", Whole: true, Joined: map[string][]string{"lobby": {"alice", "bob"}}}.Encode()))
	f.Add(string(Presence{Node: "a", Pub: "p", Ask: true, Left: map[string][]string{"lobby": {"alice"}}}.Encode()))
	f.Add(string(Presence{Node: "a", Pub: "p", Part: &Part{
		After: [2]string{"go", "zoe"}, To: [2]string{"lobby", "bob"}, Rooms: map[string]map[string]int{"lobby": {"alice": 300, "bob": 1}},
	}}.Encode()))
	f.Fuzz(func(t *testing.T, payload string) {
		p, names, err := DecodePresence(payload)
		if err != nil {
			require.Less(t, len(err.Error()), 1000, "one line of a log")
			require.Zero(t, p)
			return
		}
		again, _, err := DecodePresence(string(p.Encode()))
		require.NoError(t, err)
		require.Equal(t, p, again)
		require.LessOrEqual(t, names, 2*MaxNames)
		if p.Part != nil {
			for _, in := range p.Part.Rooms {
				for name, n := range in {
					require.True(t, utf8.ValidString(name) && name != "" && 0 < n && n <= MaxNames)
				}
			}
		}
		for _, rooms := range []map[string][]string{p.Joined, p.Left} {
			for _, list := range rooms {
				for _, name := range list {
					require.True(t, utf8.ValidString(name) && name != "")
				}
			}
		}
	})
}
