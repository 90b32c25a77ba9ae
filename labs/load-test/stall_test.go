package loadtest

import (
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// stalls stands still for 200 ms at the 200th message.
func stalls(n int, send func()) {
	if n == 200 {
		<-time.After(200 * time.Millisecond)
	}
	send()
}

// A sender that keeps to a schedule finds that one message in five came late, and
// by how much.
func TestStallIsNotFlattered(t *testing.T) {
	run := putOn(t, stalls)
	t.Logf("open: by a schedule of 500 a second: %.1f, %.1f, %.1f, %.1f ms (p50, p90, p99, max)", run.Late.P50, run.Late.P90, run.Late.P99, run.Late.Max)
	require.Zero(t, run.Counts.Lost+run.Counts.Repeated+run.Counts.OutOfOrder)
	require.GreaterOrEqual(t, run.Late.Max, 195.)
	require.GreaterOrEqual(t, run.Late.P90, 80., "the tenth that waited longest waited for nearly half of the stall, and more")
}

// A sender that waits for each message before it sends the next finds only one late
// among hundreds: while the server stood still, nobody asked it.
func TestClosedLoopFlattersAStall(t *testing.T) {
	sound := closedLoop(t, func(_ int, send func()) { send() })
	h := closedLoop(t, stalls)
	t.Logf("closed: each of 500 after the one before it: %.1f, %.1f, %.1f, %.1f ms (p50, p90, p99, max)", percentiles(h)...)
	require.GreaterOrEqual(t, millis(h, 100), 195.)
	// A slow machine is late without the stall, too: that much is allowed.
	require.Less(t, millis(h, 99), max(80, 20*millis(sound, 99)), "one of 500 does not show at the 99th percentile")
}

func closedLoop(t *testing.T, flaw func(int, func())) *hdrhistogram.Histogram {
	c := flawedCluster(t, flaw)
	ends := make([]*websocket.Conn, 2)
	for i := range ends {
		ws, _, err := websocket.DefaultDialer.Dial("ws://"+c.Nodes[0]+"/ws", nil)
		require.NoError(t, err)
		defer ws.Close()
		_, _, err = ws.ReadMessage() // its welcome
		require.NoError(t, err)
		ends[i] = ws
	}
	h := newHistogram()
	for range 500 {
		sent := now()
		require.NoError(t, ends[0].WriteMessage(websocket.TextMessage, []byte("hi")))
		_, _, err := ends[1].ReadMessage()
		require.NoError(t, err)
		require.NoError(t, h.RecordValue(max((now()-sent)/1000, 1)))
	}
	return h
}

func percentiles(h *hdrhistogram.Histogram) []any {
	return []any{millis(h, 50), millis(h, 90), millis(h, 99), millis(h, 100)}
}
