package chat

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"example.com/redis-chat/04-websocket-chat/frame"
	"github.com/stretchr/testify/require"
)

// listener is a client that answers pings and says nothing. It has no goroutine
// of its own, so that what is measured is the node's.
func (n *served) listener(query string) *bufio.ReadWriter {
	conn, err := net.Dial("tcp", n.Addr)
	require.NoError(n.T, err)
	n.T.Cleanup(func() { conn.Close() })
	_, err = fmt.Fprintf(conn, chattest.Handshake, query, n.Addr)
	require.NoError(n.T, err)
	client := bufio.NewReadWriter(bufio.NewReaderSize(conn, 16), bufio.NewWriterSize(conn, 16))
	resp, err := http.ReadResponse(client.Reader, nil)
	require.NoError(n.T, err)
	require.Equal(n.T, http.StatusSwitchingProtocols, resp.StatusCode)
	return client
}

// answersPing reads up to the next ping, and answers it.
func answersPing(client *bufio.ReadWriter) error {
	for {
		head, err := client.Peek(2)
		if err != nil {
			return err
		}
		op, size := head[0], int64(head[1])
		_, _ = client.Discard(2)
		if size == 126 {
			var long [2]byte
			_, _ = io.ReadFull(client, long[:])
			size = int64(long[0])<<8 | int64(long[1])
		}
		if _, err := io.CopyN(io.Discard, client, size); err != nil {
			return err
		}
		if op == frame.OpPing {
			_, _ = client.Write([]byte{frame.OpPong, 0x80, 0, 0, 0, 0})
			return client.Flush()
		}
	}
}

// One operation is one connection that has been opened and answers pings.
func BenchmarkIdleConnection(b *testing.B) {
	const connections = 1000
	for b.Loop() {
		n := serve(b, Options{PingInterval: 100 * time.Millisecond, RatePerSecond: 20})
		heap, stacks := chattest.Memory()
		clients := make([]*bufio.ReadWriter, connections)
		for i := range clients {
			clients[i] = n.listener(fmt.Sprintf("?room=r%d", i%100))
		}
		for range 3 {
			for _, client := range clients {
				require.NoError(b, answersPing(client))
			}
		}
		n.quiet()
		withHeap, withStacks := chattest.Memory()
		b.ReportMetric(float64(withHeap-heap)/connections, "heap-B/conn")
		b.ReportMetric(float64(withStacks-stacks)/connections, "stack-B/conn")
	}
}

// What a crowd needs while a frame goes to all of it would stay with the node.
func TestTellingAllDoesNotTakeAStackForEach(t *testing.T) {
	if chattest.RaceEnabled {
		t.Skip("the race detector runs goroutines in an order of its own")
	}
	const connections, stack = 1000, 2 << 10
	n := serve(t, unlimited)
	for i := range connections {
		n.listener(fmt.Sprintf("?room=r%d", i))
	}
	n.settled(connections)
	n.quiet()
	_, before := chattest.Memory()
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // which would give them back
	n.hub.Degrade("a frame for all")
	n.quiet()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	require.Less(t, int(m.StackInuse)-before, connections*stack/2)
}

func TestConnectionDoesNotKeepItsRequestAlive(t *testing.T) {
	const connections, padding = 100, 12 << 10
	cost := func(query string) int {
		n := serve(t, unlimited)
		before, _ := chattest.Memory()
		goroutines := runtime.NumGoroutine()
		for i := range connections {
			n.listener(fmt.Sprintf("?name=alice&room=r%d%s", i, query))
		}
		returned := func() bool { return runtime.NumGoroutine() <= goroutines+connections }
		require.True(t, chattest.WaitFor(returned), "a handler that has not returned still has the request")
		n.quiet()
		after, _ := chattest.Memory()
		return (after - before) / connections
	}
	plain, long := cost(""), cost("&x="+strings.Repeat("x", padding))
	require.Less(t, long-plain, padding/2)
}
