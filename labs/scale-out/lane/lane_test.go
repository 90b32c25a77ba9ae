package lane_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/04-websocket-chat/frame"
	"example.com/redis-chat/labs/scale-out/lane"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Whoever changes the rule divides the nodes of one version from those of the other.
func TestRuleIsFixed(t *testing.T) {
	require.Equal(t, map[string]lane.Lane{"lobby": 247, "go": 86, "": 0, "日本": 204}, map[string]lane.Lane{
		"lobby": lane.Of("lobby"), "go": lane.Of("go"), "": lane.Of(""), "日本": lane.Of("日本"),
	})
}

func TestRoomsAreSpreadOverAllLanes(t *testing.T) {
	rooms := map[lane.Lane]int{}
	for i := range 100 * lane.Count {
		rooms[lane.Of(fmt.Sprint("room ", i))]++
	}
	require.Len(t, rooms, lane.Count)
	for l, n := range rooms {
		require.InDelta(t, 100, n, 60, "lane %d", l)
	}
}

func TestMessageForSeveralRooms(t *testing.T) {
	var other string // on the lane of lobby
	for i := 0; other == ""; i++ {
		if room := fmt.Sprint(i); lane.Of(room) == lane.Of("lobby") {
			other = room
		}
	}
	require.Equal(t, lane.Of("lobby"), lane.For([]string{"lobby", other}))
	require.Equal(t, lane.Everybody, lane.For([]string{"lobby", "go"}))
	require.Equal(t, lane.Everybody, lane.For(nil))
	require.Equal(t, lane.Everybody, lane.For([]string{frame.NewID()}), "one connection")
}
