package wire

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
)

func TestPresenceIsReadAsItWasWritten(t *testing.T) {
	for _, want := range []Presence{
		{Node: "a", Pub: "p"},
		{Node: "a", Pub: "p", Ask: true, Whole: true},
		{Node: "a", Pub: "p", Whole: true, Joined: map[string][]string{"lobby": {"alice", "bob", "bob"}, "世界": {"zoë"}}},
		{Node: "a", Pub: "p", Joined: map[string][]string{"lobby": {"alice"}}, Left: map[string][]string{"tea": {"bob"}}},
		{Node: "a", Pub: "p", Ask: true, Part: &Part{To: [2]string{"lobby", "bob"}, Rooms: map[string]map[string]int{"lobby": {"alice": 1, "bob": 70_000}}}},
		{Node: "a", Pub: "p", Part: &Part{After: [2]string{"lobby", "bob"}, To: [2]string{"tea", ""}}},
	} {
		payload := string(want.Encode())
		got, names, err := DecodePresence(payload)
		require.NoError(t, err)
		require.Equal(t, want, got)
		count := 0
		for _, list := range want.Joined {
			count += len(list)
		}
		for _, list := range want.Left {
			count -= len(list)
		}
		if want.Part != nil {
			for _, in := range want.Part.Rooms {
				for _, n := range in {
					count += n
				}
			}
		}
		require.Equal(t, count, names)
		for n := range payload {
			_, _, err := DecodePresence(payload[:n])
			require.Error(t, err, "the first %d bytes", n)
		}
		_, _, err = DecodePresence(payload + "x")
		require.Error(t, err)
	}
}

func TestPresenceThatIsRefused(t *testing.T) {
	type of map[string]any
	for name, p := range map[string]any{
		"nobody's":                 of{"node": "a"},
		"publisher is no string":   of{"pub": 7},
		"publisher without end":    of{"pub": strings.Repeat("p", MaxPub+1)},
		"a list":                   []any{"p"},
		"joined is a list":         of{"pub": "p", "joined": []string{"lobby"}},
		"names are a string":       of{"pub": "p", "joined": of{"lobby": "alice"}},
		"a name is a number":       of{"pub": "p", "joined": of{"lobby": []any{1}}},
		"a name is empty":          of{"pub": "p", "joined": of{"lobby": []string{""}}},
		"whole is a word":          of{"pub": "p", "whole": "yes"},
		"a part is a list":         of{"pub": "p", "part": []string{"lobby"}},
		"a place is a word":        of{"pub": "p", "part": of{"after": "lobby"}},
		"a place of one":           of{"pub": "p", "part": of{"after": []string{"lobby"}}},
		"a place of three":         of{"pub": "p", "part": of{"to": []string{"lobby", "alice", "bob"}}},
		"a place of numbers":       of{"pub": "p", "part": of{"to": []int{1, 2}}},
		"a part's room is a list":  of{"pub": "p", "part": of{"rooms": of{"lobby": []string{"alice"}}}},
		"nobody of a name":         of{"pub": "p", "part": of{"rooms": of{"lobby": of{"alice": 0}}}},
		"fewer than nobody":        of{"pub": "p", "part": of{"rooms": of{"lobby": of{"alice": -1}}}},
		"too many of a name":       of{"pub": "p", "part": of{"rooms": of{"lobby": of{"alice": MaxNames + 1}}}},
		"too many in a part":       of{"pub": "p", "part": of{"rooms": of{"lobby": of{"alice": MaxNames}, "tea": of{"bob": 1}}}},
		"an empty name in a part":  of{"pub": "p", "part": of{"rooms": of{"lobby": of{"": 1}}}},
		"a part that is too large": of{"pub": "p", "part": of{"rooms": of{strings.Repeat("r", MaxPart): of{"alice": 1}}}},
	} {
		payload, err := msgpack.Marshal(p)
		require.NoError(t, err)
		got, _, err := DecodePresence(string(payload))
		require.Error(t, err, name)
		require.Less(t, len(err.Error()), 500, name)
		require.Zero(t, got, name)
	}
	_, _, err := DecodePresence(strings.Repeat("x", maxPresence+1))
	require.ErrorContains(t, err, "16777216 are allowed")
}

func TestListOfOneNodeIsBounded(t *testing.T) {
	told := func(n int) string { // by hand: to encode a million names takes seconds
		head := binary.BigEndian.AppendUint32([]byte("\x82\xa3pub\xa1p\xa6joined\x81\xa5lobby\xdd"), uint32(n))
		return string(head) + strings.Repeat("\xa1n", n)
	}
	_, names, err := DecodePresence(told(100_000))
	require.NoError(t, err, "100,000 clients are no attack")
	require.Equal(t, 100_000, names)
	_, _, err = DecodePresence(told(MaxNames + 1))
	require.ErrorContains(t, err, "more than 1048576")
}

// A node of before, which knows no parts, reads of one that nothing has changed; a list that
// fits into one message it reads as ever.
func TestPartDoesNotMisleadWhoKnowsNone(t *testing.T) {
	payload := Presence{Node: "a", Pub: "p", Ask: true, Part: &Part{
		After: [2]string{"a", ""}, To: [2]string{"b", ""}, Rooms: map[string]map[string]int{"a": {"alice": 1}},
	}}.Encode()
	var before struct {
		Node   string              `msgpack:"node"`
		Pub    string              `msgpack:"pub"`
		Whole  bool                `msgpack:"whole"`
		Ask    bool                `msgpack:"ask"`
		Joined map[string][]string `msgpack:"joined"`
		Left   map[string][]string `msgpack:"left"`
	}
	require.NoError(t, msgpack.Unmarshal(payload, &before))
	require.Equal(t, "p", before.Pub)
	require.True(t, before.Ask)
	require.False(t, before.Whole)
	require.Empty(t, before.Joined)
	require.Empty(t, before.Left)
	require.NotContains(t, string(Presence{Pub: "p", Whole: true}.Encode()), "part", "as ever, byte for byte")
}
