package client

import (
	"testing"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

func TestLastIsThePlaceOfWhatWasHandled(t *testing.T) {
	var last Last
	last.Begin(frame.Welcome{ID: "c1", Place: "5"})
	require.Equal(t, Last{Place: "5", IDs: []string{"c1"}}, last, "where the connection begins")
	last.Note(Message{Frame: frame.Frame{Event: "message", Place: "6"}})
	last.Note(Message{Frame: frame.Frame{Event: "$presence"}})
	require.Equal(t, "6", last.Place)

	// Cut off while it catches up: what either connection has said is not missed.
	last.Begin(frame.Welcome{ID: "c2", Place: "6"})
	last.Note(Message{Frame: frame.Frame{Event: "message", Place: "7"}})
	last.Begin(frame.Welcome{ID: "c3", Place: "7"})
	require.Equal(t, Last{Place: "7", IDs: []string{"c1", "c2", "c3"}}, last)
	last.Note(Message{Frame: frame.Frame{Event: frame.EventCaughtUp}})
	require.Equal(t, []string{"c3"}, last.IDs, "all before it is behind the place")
}

func TestConnectionsThatAreRememberedAreBounded(t *testing.T) {
	var last Last
	for range 20 {
		last.Begin(frame.Welcome{ID: "c", Place: "1"})
	}
	require.Len(t, last.IDs, 8)
}

func TestLastIsSaidInTheURL(t *testing.T) {
	u, err := endpoint("http://127.0.0.1:3000", DialOptions{Name: "bob", Last: Last{Place: "5-0.1", IDs: []string{"a", "b"}}, History: 9})
	require.NoError(t, err)
	require.Equal(t, "after=5-0.1&name=bob&was=a%2Cb", u.RawQuery)
	last := Last{Place: "5"}
	last.Join("go")
	last.Join("a&b")
	last.Join("go")
	before := last
	last.Leave("go")
	require.Equal(t, []string{"a&b"}, last.Rooms)
	u, err = endpoint("http://127.0.0.1:3000", DialOptions{Last: before})
	require.NoError(t, err)
	require.Equal(t, "after=5&also=go&also=a%26b&was=", u.RawQuery)
	u, err = endpoint("http://127.0.0.1:3000", DialOptions{History: 9})
	require.NoError(t, err)
	require.Equal(t, "history=9", u.RawQuery)
}
