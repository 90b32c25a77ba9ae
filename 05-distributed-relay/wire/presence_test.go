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
		"nobody's":               of{"node": "a"},
		"publisher is no string": of{"pub": 7},
		"publisher without end":  of{"pub": strings.Repeat("p", MaxPub+1)},
		"a list":                 []any{"p"},
		"joined is a list":       of{"pub": "p", "joined": []string{"lobby"}},
		"names are a string":     of{"pub": "p", "joined": of{"lobby": "alice"}},
		"a name is a number":     of{"pub": "p", "joined": of{"lobby": []any{1}}},
		"a name is empty":        of{"pub": "p", "joined": of{"lobby": []string{""}}},
		"whole is a word":        of{"pub": "p", "whole": "yes"},
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
