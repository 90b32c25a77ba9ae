package relay

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	chat "example.com/redis-chat/04-websocket-chat"
	"example.com/redis-chat/05-distributed-relay/wire"
)

// One operation is a burst of messages of 100 bytes, from a client's socket
// through the node, Redis, and the node again: until the last has its place, and
// so all are in the queues of those who get them. In a burst of 1 nothing is
// shared; it shows the time of the whole way. With redis-server on the PATH the
// allocations are the node's alone.
func BenchmarkRelay(b *testing.B) {
	for _, listeners := range []int{0, 100} {
		for _, burst := range []int{1, 32} {
			b.Run(fmt.Sprintf("listeners%d/burst%d", listeners, burst), func(b *testing.B) {
				throughRedis(b, listeners, burst)
			})
		}
	}
}

func throughRedis(b *testing.B, listeners, burst int) {
	send := newPath(b, benchServer(b), listeners, burst)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		send()
	}
	runtime.ReadMemStats(&after)
	messages := float64(b.N * burst)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/messages, "ns/message")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/messages, "allocs/message")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/messages, "B/message")
}

// newPath returns what sends a burst and waits until all of it has come back.
func newPath(b testing.TB, redisAddr string, listeners, burst int) (send func()) {
	r := New(Options{PubAddr: redisAddr, Prefix: redistest.Prefix(b), PublishTimeout: Patience, ProbeInterval: Patience})
	hub, err := chat.NewHub(chat.Options{Relay: r, RatePerSecond: -1, MaxQueueBytes: 64 << 20})
	require.NoError(b, err)
	server := httptest.NewServer(hub)
	b.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	b.Cleanup(wg.Wait)
	b.Cleanup(cancel)
	b.Cleanup(func() { require.Zero(b, hub.Stats().Slow) })
	wg.Go(func() { require.NoError(b, r.Run(ctx, hub)) })
	require.Eventually(b, func() bool { _, ready := r.Ready(); return ready }, Patience, time.Millisecond)

	sender := socket(b, server.Listener.Addr().String())
	for range listeners {
		conn := socket(b, server.Listener.Addr().String())
		go func() { _, _ = io.Copy(io.Discard, conn) }()
	}
	placed := make(chan struct{}, 1)
	go tellPlaced(sender, placed)
	text := fmt.Sprintf(`{"event":"message","data":"%s"`, strings.Repeat("x", 98))
	frames := bytes.Repeat(clientFrame(text+"}"), burst-1)
	frames = append(frames, clientFrame(text+`,"id":1}`)...)
	send = func() {
		_, err := sender.Write(frames)
		require.NoError(b, err)
		<-placed
	}
	for range 50 {
		send() // warm: buffers and connections are there
	}
	return send
}

// What a message costs the garbage collector on its whole way through a node.
func TestAMessageAllocatesLittle(t *testing.T) {
	redistest.NeedsServer(t) // miniredis would allocate in this process
	if raceEnabled {
		t.Skip("the race detector makes pools forget at random")
	}
	const burst, bursts = 32, 200
	send := newPath(t, redistest.Process(t, launch.ProcessOptions{}).Addr(), 10, burst)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range bursts {
		send()
	}
	runtime.ReadMemStats(&after)
	require.Less(t, float64(after.Mallocs-before.Mallocs)/(burst*bursts), 15.0)
}

func benchServer(b *testing.B) (addr string) {
	if _, err := launch.FindServer(); err != nil {
		return redistest.Start(b).Options().Addr
	}
	server, err := launch.StartProcess(b.Context(), launch.ProcessOptions{})
	require.NoError(b, err)
	b.Cleanup(func() { _ = server.Close() })
	return server.Addr()
}

// socket is a client's connection that costs nothing but its bytes.
func socket(b testing.TB, addr string) net.Conn {
	conn, err := net.Dial("tcp", addr)
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "GET /ws HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", addr)
	require.NoError(b, err)
	r := bufio.NewReaderSize(conn, 16) // what is in it of the first frame nobody reads
	for line := ""; line != "\r\n"; {
		line, err = r.ReadString('\n')
		require.NoError(b, err)
	}
	return conn
}

// clientFrame is a text frame of 126 to 65535 bytes, masked with zeros.
func clientFrame(text string) []byte {
	frame := binary.BigEndian.AppendUint16([]byte{0x81, 0x80 | 126}, uint16(len(text)))
	return append(append(frame, 0, 0, 0, 0), text...)
}

// tellPlaced says whenever a "$placed" has been read.
func tellPlaced(conn net.Conn, placed chan<- struct{}) {
	const word = `"$placed"`
	buf := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := conn.Read(buf[kept:])
		if err != nil {
			return
		}
		got := buf[:kept+n]
		if at := bytes.Index(got, []byte(word)); at >= 0 {
			got = got[at+len(word):]
			placed <- struct{}{}
		}
		kept = copy(buf, got[max(0, len(got)-len(word)+1):]) // a word may come in two parts
	}
}

// What a message costs the delivering goroutine before the hub has it.
func BenchmarkTakeIn(b *testing.B) {
	e := wire.Envelope{
		UID: "abc123", Event: "message", Args: []any{json.RawMessage(`"` + strings.Repeat("x", 98) + `"`)},
		Rooms: []string{"lobby"}, Except: []string{"0123456789abcdefghij"}, Flags: wire.Flags{Broadcast: true},
		Pub: "0123456789ab", Seq: 1, From: "alice", At: time.Now().UnixMilli(),
	}
	payload, err := e.Append(nil)
	require.NoError(b, err)
	text, now := string(payload), time.Now()
	s := newSequences(e.Pub)
	b.ReportAllocs()
	for b.Loop() {
		got, err := wire.DecodeEnvelope(text)
		if err != nil {
			b.Fatal(err)
		}
		s.message(got.Pub, got.Seq, now)
		if _, err := ToEvent(&got); err != nil {
			b.Fatal(err)
		}
	}
}
