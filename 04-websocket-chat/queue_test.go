package chat

import (
	"testing"

	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

func newQueue(limit int) *queue { return &queue{limit: limit} }

// taken is what a writer would get, chunk by chunk.
func taken(q *queue, most int) (chunks []string, last bool) {
	buf, bytes, last := q.nextBatch(nil, most)
	q.done(bytes)
	for _, chunk := range buf {
		chunks = append(chunks, string(chunk))
	}
	return chunks, last
}

func TestWriterIsStartedOnceUntilNothingWaits(t *testing.T) {
	q := newQueue(100)
	start, _ := q.put([]byte("a"))
	require.True(t, start)
	start, _ = q.put([]byte("b"))
	require.False(t, start, "it runs")
	chunks, last := taken(q, 100)
	require.Equal(t, []string{"a", "b"}, chunks)
	require.False(t, last)
	start, _ = q.put([]byte("c"))
	require.False(t, start, "it will come back")
	chunks, _ = taken(q, 100)
	require.Equal(t, []string{"c"}, chunks)
	chunks, last = taken(q, 100)
	require.Empty(t, chunks)
	require.False(t, last)
	start, _ = q.put([]byte("d"))
	require.True(t, start, "it has ended")
}

func TestTakeIsBoundedButTakesAtLeastOne(t *testing.T) {
	q := newQueue(100)
	for _, chunk := range []string{"aaa", "bbb", "cccccccccccc", "d", "eeee", "f"} {
		q.put([]byte(chunk))
	}
	for _, want := range [][]string{{"aaa", "bbb"}, {"cccccccccccc"}, {"d", "eeee", "f"}, nil} {
		chunks, _ := taken(q, 7)
		require.Equal(t, want, chunks)
	}
}

func TestLimitCountsWhatIsBeingWritten(t *testing.T) {
	q := newQueue(10)
	q.put([]byte("12345"))
	_, bytes, _ := q.nextBatch(nil, 100)
	require.Equal(t, 5, bytes)
	_, overrun := q.put([]byte("12345"))
	require.False(t, overrun, "just full")
	_, overrun = q.put([]byte("1"))
	require.True(t, overrun)
	q.done(bytes)
	chunks, last := taken(q, 100)
	require.Equal(t, []string{string(frame.CloseTooSlow.Frame())}, chunks, "what waited is dropped")
	require.True(t, last)
	require.Zero(t, q.bytes)
}

func TestQueueClosesOnce(t *testing.T) {
	q := newQueue(100)
	q.put([]byte("a"))
	require.False(t, q.close(frame.CloseGoingAway))
	require.False(t, q.close(frame.CloseTooLarge))
	start, overrun := q.put(make([]byte, 1000))
	require.False(t, start)
	require.False(t, overrun, "told once, and not of one that is closed")
	chunks, last := taken(q, 1000)
	require.Equal(t, []string{"a", string(frame.CloseGoingAway.Frame())}, chunks)
	require.True(t, last)
}

func TestCloseOfAnIdleQueueStartsTheWriter(t *testing.T) {
	q := newQueue(100)
	require.True(t, q.close(frame.CloseGoingAway))
}

func TestEndTellsWhoClosesTheSocket(t *testing.T) {
	idle := newQueue(100)
	require.True(t, idle.end(), "no writer is left: the reader does")

	busy := newQueue(100)
	busy.put([]byte("a"))
	require.False(t, busy.end(), "the writer does when it ends")
	chunks, last := taken(busy, 100)
	require.Empty(t, chunks, "nobody reads it")
	require.True(t, last)
	require.True(t, busy.hasEnded())

	answering := newQueue(100)
	answering.close(frame.CloseReason{Code: 1000})
	require.False(t, answering.end())
	chunks, _ = taken(answering, 100)
	require.Len(t, chunks, 1, "a client's close is answered")
}

func TestIdleQueueKeepsNoBurstsMemory(t *testing.T) {
	q := newQueue(1000)
	for range 100 {
		q.put([]byte("a"))
	}
	taken(q, 1000)
	require.LessOrEqual(t, cap(q.chunks), keepChunks)
}

// A close frame in the midst of another frame would be taken for its payload, and
// the client would wait for the rest for ever.
func TestWhatIsBegunGoesBeforeTheCloseFrame(t *testing.T) {
	q := queue{limit: 10}
	q.put([]byte("123456"))
	taken, bytes, _ := q.nextBatch(nil, 100)
	require.Equal(t, 6, bytes)
	q.putBack(taken[0][2:], 2)
	require.Equal(t, 4, q.waiting())
	q.put([]byte("78"))
	_, overrun := q.put([]byte("90abc"))
	require.True(t, overrun)
	taken, bytes, last := q.nextBatch(nil, 100)
	require.Equal(t, [][]byte{[]byte("3456"), frame.CloseTooSlow.Frame()}, taken)
	require.True(t, last)
	q.done(bytes)
	require.Zero(t, q.waiting())
}
