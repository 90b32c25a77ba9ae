//go:build unix

package streams_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
	chat "example.com/redis-chat/04-websocket-chat"
	relay "example.com/redis-chat/05-distributed-relay"
	streams "example.com/redis-chat/labs/no-message-lost"
)

// One operation is a burst of messages of 100 bytes, from a client's socket through the node, Redis and the node again,
// until the last has its place. Both relays do the same in one run: their ratio is what counts. The processor's
// time is that of this process, its clients included.
func BenchmarkRelays(b *testing.B) {
	for _, listeners := range []int{1, 100} {
		for _, burst := range []int{1, 32, 256} {
			for _, kind := range []string{"pubsub", "streams"} {
				b.Run(fmt.Sprintf("listeners=%d/burst=%d/relay=%s", listeners, burst, kind), func(b *testing.B) {
					through(b, kind, listeners, burst)
				})
			}
		}
	}
}

// runner is a relay that is to be measured.
type runner interface {
	chat.Relay
	Run(ctx context.Context, hub *chat.Hub) error
	Ready() (reason string, ready bool)
}

func newRelay(kind string, o relay.Options) runner {
	if kind == "streams" {
		return streams.New(o, streams.Options{})
	}
	return relay.New(o)
}

func through(b *testing.B, kind string, listeners, burst int) {
	r := newRelay(kind, relay.Options{PubAddr: benchServer(b), Prefix: redistest.Prefix(b), PublishTimeout: patience, ProbeInterval: time.Second})
	hub, err := chat.NewHub(chat.Options{Relay: r, RatePerSecond: -1, MaxQueueBytes: 64 << 20})
	require.NoError(b, err)
	server := httptest.NewServer(hub)
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { require.NoError(b, r.Run(ctx, hub)) })
	b.Cleanup(func() {
		hub.Drain(context.Background(), time.Millisecond)
		server.Close()
		cancel()
		wg.Wait()
	})
	require.Eventually(b, func() bool { _, ready := r.Ready(); return ready }, patience, tick)
	sender := socket(b, server)
	for range listeners {
		conn := socket(b, server).NetConn()
		go func() { _, _ = io.Copy(io.Discard, conn) }()
	}
	text := fmt.Sprintf(`{"event":"message","data":%q`, strings.Repeat("x", 100))
	send := func() {
		for range burst - 1 {
			require.NoError(b, sender.WriteMessage(websocket.TextMessage, []byte(text+"}")))
		}
		require.NoError(b, sender.WriteMessage(websocket.TextMessage, []byte(text+`,"id":1}`)))
		for {
			_, m, err := sender.ReadMessage()
			require.NoError(b, err)
			if strings.HasPrefix(string(m), `{"event":"$placed"`) {
				return
			}
		}
	}
	send()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu := used()
	for b.Loop() {
		send()
	}
	runtime.ReadMemStats(&after)
	messages := float64(b.N * burst)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/messages, "ns/message")
	b.ReportMetric(float64((used()-cpu).Nanoseconds())/messages, "cpu-ns/message")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/messages, "allocs/message")
}

func benchServer(b *testing.B) string {
	if _, err := launch.FindServer(); err != nil {
		b.Skip("an embedded server's time would be measured: put redis-server on the PATH")
	}
	return redistest.Process(b, launch.ProcessOptions{}).Addr()
}

func socket(b *testing.B, server *httptest.Server) *websocket.Conn {
	dialer := websocket.Dialer{NetDial: func(network, addr string) (net.Conn, error) { return net.Dial(network, addr) }}
	conn, _, err := dialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/ws", nil)
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	return conn
}

func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
