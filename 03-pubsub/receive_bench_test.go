package pubsub

import (
	"context"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// flood serves one subscriber with n messages, as fast as it takes them.
func flood(b *testing.B, n int, one string) *redis.Client {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	b.Cleanup(func() { _ = l.Close() })
	many := []byte(strings.Repeat(one, 64))
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s := &scripted{}
		ours, theirs := net.Pipe()
		s.set(func() { s.accept(theirs) })
		go func() { _, _ = io.Copy(ours, c); _ = ours.Close() }() // what the client says
		go func() { _, _ = io.Copy(c, ours) }()                   // what the script answers
		for subscribed := false; !subscribed; runtime.Gosched() {
			s.set(func() { subscribed = len(s.peers[0].channels) > 0 && len(s.peers[0].out) == 0 && s.peers[0].sent > 0 })
		}
		for n > 0 {
			batch := many[:min(n, 64)*len(one)]
			if _, err := c.Write(batch); err != nil {
				return
			}
			n -= min(n, 64)
		}
	}()
	client := redis.NewClient(&redis.Options{Addr: l.Addr().String()})
	b.Cleanup(func() { _ = client.Close() })
	return client
}

// BenchmarkReceive is the way of a message of 100 bytes from the socket to the caller of Receive.
func BenchmarkReceive(b *testing.B) {
	client := flood(b, b.N, message("socket.io#/#lobby#", strings.Repeat("x", 100)))
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	s, err := Subscribe(ctx, client, Options{Channels: []string{"socket.io#/#lobby#"}, QueueBytes: 1 << 30})
	require.NoError(b, err)
	b.ReportAllocs()
	b.ResetTimer()
	events, batches := 0, 0
	for events < b.N {
		batch, err := s.Receive(ctx)
		require.NoError(b, err)
		batches++
		for i := range batch {
			if batch[i].Kind == Message {
				events++
			}
		}
	}
	b.ReportMetric(float64(events)/float64(batches), "msg/take")
}

// BenchmarkGoRedisAlone is the same by go-redis' own PubSub, nothing around it.
func BenchmarkGoRedisAlone(b *testing.B) {
	client := flood(b, b.N, message("socket.io#/#lobby#", strings.Repeat("x", 100)))
	s := client.Subscribe(b.Context(), "socket.io#/#lobby#")
	defer s.Close()
	b.ReportAllocs()
	b.ResetTimer()
	for messages := 0; messages < b.N; {
		reply, err := s.ReceiveTimeout(b.Context(), -1)
		require.NoError(b, err)
		if _, ok := reply.(*redis.Message); ok {
			messages++
		}
	}
}
