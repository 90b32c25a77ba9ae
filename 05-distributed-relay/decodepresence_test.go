package relay

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"

	"example.com/redis-chat/04-websocket-chat"
)

func TestPresenceIsReadAsItWasWritten(t *testing.T) {
	for _, want := range []presence{
		{Node: "a", Pub: "p"},
		{Node: "a", Pub: "p", Ask: true, Whole: true},
		{Node: "a", Pub: "p", Whole: true, Joined: map[string][]string{"lobby": {"alice", "bob", "bob"}, "世界": {"zoë"}}},
		{Node: "a", Pub: "p", Joined: map[string][]string{"lobby": {"alice"}}, Left: map[string][]string{"tea": {"bob"}}},
	} {
		payload := string(marshal(want))
		got, names, err := decodePresence(payload)
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
			_, _, err := decodePresence(payload[:n])
			require.Error(t, err, "the first %d bytes", n)
		}
		_, _, err = decodePresence(payload + "x")
		require.Error(t, err)
	}
}

// What a node tells goes to every client of a room: it must be what a client
// could have chosen.
func TestPresenceThatIsRefused(t *testing.T) {
	type of map[string]any
	for name, p := range map[string]any{
		"nobody's":                of{"node": "a"},
		"publisher is no string":  of{"pub": 7},
		"publisher without end":   of{"pub": strings.Repeat("p", mostPublisher+1)},
		"a list":                  []any{"p"},
		"joined is a list":        of{"pub": "p", "joined": []string{"lobby"}},
		"names are a string":      of{"pub": "p", "joined": of{"lobby": "alice"}},
		"a name is a number":      of{"pub": "p", "joined": of{"lobby": []any{1}}},
		"a name is empty":         of{"pub": "p", "joined": of{"lobby": []string{""}}},
		"a name is too long":      of{"pub": "p", "joined": of{"lobby": []string{strings.Repeat("n", 33)}}},
		"a name of a megabyte":    of{"pub": "p", "left": of{"lobby": []string{strings.Repeat("n", 1<<20)}}},
		"a name turns the line":   of{"pub": "p", "joined": of{"lobby": []string{"\u202Eecila"}}},
		"a name is not printable": of{"pub": "p", "joined": of{"lobby": []string{"a\x00"}}},
		"a room is too long":      of{"pub": "p", "joined": of{strings.Repeat("r", 65): []string{"alice"}}},
		"a room is empty":         of{"pub": "p", "joined": of{"": []string{"alice"}}},
		"a room is a connection":  of{"pub": "p", "joined": of{"aSocketsIdOf20Charac": []string{"alice"}}},
		"whole is a word":         of{"pub": "p", "whole": "yes"},
	} {
		payload, err := msgpack.Marshal(p)
		require.NoError(t, err)
		got, _, err := decodePresence(string(payload))
		require.Error(t, err, name)
		require.Less(t, len(err.Error()), 500, name)
		require.Zero(t, got, name)
	}
	_, _, err := decodePresence(strings.Repeat("x", mostPresence+1))
	require.ErrorContains(t, err, "16777216 are allowed")
}

func TestListOfOneNodeIsBounded(t *testing.T) {
	told := func(n int) string { // by hand: to encode a million names takes seconds
		head := binary.BigEndian.AppendUint32([]byte("\x82\xa3pub\xa1p\xa6joined\x81\xa5lobby\xdd"), uint32(n))
		return string(head) + strings.Repeat("\xa1n", n)
	}
	_, names, err := decodePresence(told(100_000))
	require.NoError(t, err, "100,000 clients are no attack")
	require.Equal(t, 100_000, names)
	_, _, err = decodePresence(told(mostPresent + 1))
	require.ErrorContains(t, err, "more than 1048576")
}

// What a node adds to its list, again and again, comes to an end.
func TestClientsOfOneNodeAreBounded(t *testing.T) {
	r := New(Options{})
	hub, err := chat.NewHub(chat.Options{Relay: r})
	require.NoError(t, err)
	r.hub = hub
	require.NoError(t, r.heard(&Probe{Node: "eve", Pub: "eve"}, time.Now()))
	tell := func(whole bool, names int) error { return r.present(&presence{Pub: "eve", Whole: whole}, names) }
	require.NoError(t, tell(false, mostPresent))
	require.Error(t, tell(false, 1))
	require.NoError(t, tell(false, -1))
	require.NoError(t, tell(false, 1))
	require.NoError(t, tell(true, 5), "the whole list is all there is")
	require.NoError(t, tell(false, mostPresent-5))
	require.Error(t, tell(false, 1))
	require.NoError(t, tell(false, -2*mostPresent))
	require.NoError(t, tell(false, mostPresent))
	require.Error(t, tell(false, 1), "nobody leaves who is not there")
}

func TestNodesThatAreFollowedAreBounded(t *testing.T) {
	r, now := New(Options{}), time.Now()
	for i := range mostNodes {
		require.NoError(t, r.heard(&Probe{Node: "n", Pub: fmt.Sprint(i)}, now))
	}
	require.Error(t, r.heard(&Probe{Node: "n", Pub: "one more"}, now))
	require.NoError(t, r.heard(&Probe{Node: "n", Pub: "7"}, now), "who is followed stays so")
	require.Len(t, r.nodes, mostNodes)
}

func TestProbeThatIsRefused(t *testing.T) {
	for name, p := range map[string]any{
		"nobody's":              map[string]any{"node": "a", "seq": 1},
		"publisher without end": map[string]any{"pub": strings.Repeat("p", mostPublisher+1)},
		"seq is negative":       map[string]any{"pub": "p", "seq": "-1"},
		"a list":                []any{},
		"larger than any":       map[string]any{"pub": "p", "node": strings.Repeat("n", mostProbe)},
	} {
		payload, err := msgpack.Marshal(p)
		require.NoError(t, err)
		_, err = DecodeProbe(string(payload))
		require.Error(t, err, name)
	}
	whole := string(marshal(Probe{Node: "a", Pub: "p", Seq: 300, Count: 70_000, Every: 250}))
	p, err := DecodeProbe(whole)
	require.NoError(t, err)
	require.Equal(t, Probe{Node: "a", Pub: "p", Seq: 300, Count: 70_000, Every: 250}, p)
	for n := range whole {
		_, err := DecodeProbe(whole[:n])
		require.Error(t, err, "the first %d bytes", n)
	}
}
