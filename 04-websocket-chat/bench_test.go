package chat

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// One operation is one delivery: a message that has reached one client.
//
//	tcp: over loopback, the clients' reading included, which takes about half
//	hub: into sinks that cost nothing, so what the hub itself costs
func BenchmarkFanOut(b *testing.B) {
	for _, way := range []string{"tcp", "hub"} {
		for _, connections := range []int{100, 1000} {
			for _, burst := range []int{1, 8, 32} {
				b.Run(fmt.Sprintf("%s/%d/burst%d", way, connections, burst), func(b *testing.B) {
					fanOut(b, way == "tcp", connections, burst)
				})
			}
		}
	}
}

func fanOut(b *testing.B, tcp bool, connections, burst int) {
	hub, received := sinks(b, tcp, connections)
	events := make([]Event, burst)
	for i := range events {
		events[i] = Event{
			Name: "message", Data: []byte(`"` + strings.Repeat("x", 126) + `"`), Rooms: []string{"go"},
			From: "alice", At: time.Now(),
		}
	}
	bytes := int64(connections * burst * frameBytes(events[0]))
	deliver := func() { // the next burst when this one has arrived
		received.expect(bytes)
		hub.Deliver(events)
		<-received.all
	}
	for range 20 {
		deliver() // warm: goroutines and buffers are there
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b.ReportAllocs() // of one operation: a burst to everybody
	for b.Loop() {
		deliver()
	}
	runtime.ReadMemStats(&after)
	deliveries := float64(b.N) * float64(connections*burst)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/deliveries, "ns/delivery")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/deliveries, "allocs/delivery")
	require.Zero(b, hub.Stats().Slow)
}

// sinks are clients of a room that count bytes and do nothing else.
func sinks(t testing.TB, tcp bool, connections int) (*Hub, *counter) {
	t.Helper()
	received := &counter{all: make(chan struct{}, 1)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	if !tcp {
		l = &sinkListener{l, received}
	}
	n := serveOn(t, patient(Options{MaxQueueBytes: 64 << 20}), l, new(net.Dialer).DialContext)
	for i := range connections {
		conn, err := net.Dial("tcp", n.Addr)
		require.NoError(t, err)
		t.Cleanup(func() { conn.Close() })
		_, err = fmt.Fprintf(conn, "GET /ws?room=go&name=p%d HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", i, n.Addr)
		require.NoError(t, err)
		if tcp {
			go func() { _, _ = io.CopyBuffer(received, struct{ io.Reader }{conn}, make([]byte, 64<<10)) }()
		}
	}
	n.settled(connections)
	n.quiet() // presence has been told to all
	if !tcp {
		return n.hub, received
	}
	look := time.NewTicker(400 * time.Millisecond) // and is read: nothing comes for some time
	defer look.Stop()
	for quiet, before := 0, int64(-1); quiet < 3; <-look.C {
		if now := received.bytes.Load(); now == before {
			quiet++
		} else {
			quiet, before = 0, now
		}
	}
	return n.hub, received
}

// counter counts bytes and says when those that are expected have come.
type counter struct {
	bytes, want atomic.Int64
	all         chan struct{}
}

func (c *counter) expect(bytes int64) { c.want.Store(c.bytes.Load() + bytes) }

func (c *counter) Write(p []byte) (int, error) {
	if c.bytes.Add(int64(len(p))) == c.want.Load() {
		c.all <- struct{}{}
	}
	return len(p), nil
}

// sinkListener has connections that count what the node writes, and drop it.
type sinkListener struct {
	net.Listener
	received *counter
}

type sinkConn struct {
	net.Conn
	received *counter
}

func (l *sinkListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return sinkConn{c, l.received}, err
}

func (c sinkConn) Write(p []byte) (int, error) { return c.received.Write(p) }

func (c sinkConn) SetWriteDeadline(time.Time) error { return nil }

// What a message costs does not grow with the number of its receivers.
func TestDeliveryAllocatesNothing(t *testing.T) {
	const connections, burst = 100, 8
	hub, received := sinks(t, false, connections)
	var events []Event
	for range burst {
		events = append(events, message(`"hello"`, "go"))
	}
	size := int64(connections * burst * frameBytes(events[0]))
	deliver := func() {
		received.expect(size)
		hub.Deliver(events)
		<-received.all
	}
	for range 20 {
		deliver()
	}
	if chattest.RaceEnabled {
		t.Skip("the race detector makes pools forget at random")
	}
	perDelivery := testing.AllocsPerRun(100, deliver) / (connections * burst)
	require.Less(t, perDelivery, 0.02)
}
