package pubsub

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// A server that announces what it never sends gets no memory for it.
func TestMemoryIsAskedForAsBytesCome(t *testing.T) {
	for name, sent := range map[string]string{
		"a payload":        "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$536870912\r\nhi",
		"a channel":        "*3\r\n$7\r\nmessage\r\n$536870912\r\nhi",
		"a kind":           "*3\r\n$536870912\r\nhi",
		"elements":         "*536870912\r\n$2\r\nhi\r\n",
		"more than is":     "*4294967295\r\n$2\r\nhi\r\n",
		"more than can be": "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$4294967295\r\nhi",
	} {
		s := &replies{r: bufio.NewReaderSize(strings.NewReader(sent), readBytes)}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := s.next(nil)
		runtime.ReadMemStats(&after)
		require.Error(t, err, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(3*trusted), name)
	}
}

func TestOneLongNameIsNotKept(t *testing.T) {
	long := strings.Repeat("x", 2*trusted)
	s := &replies{r: bufio.NewReaderSize(strings.NewReader(message(long, long)+message("news", "hi")), readBytes)}
	e, err := s.next(nil)
	require.NoError(t, err)
	require.True(t, e.Channel == long && e.Payload == long)
	e, err = s.next(nil)
	require.NoError(t, err)
	require.Equal(t, Event{Kind: Message, Channel: "news", Payload: "hi"}, e)
	require.LessOrEqual(t, cap(s.scratch), trusted)
}

// FuzzReplies reads whatever a server sends. Nothing panics, nothing hangs, the
// same bytes one by one mean the same, and each message is one that was sent.
func FuzzReplies(f *testing.F) {
	f.Add(message("news", "hi") + "*2\r\n$4\r\npong\r\n$0\r\n\r\n")
	f.Add("*4\r\n$8\r\npmessage\r\n$5\r\nnews*\r\n$6\r\nnews:x\r\n$2\r\nhi\r\n")
	f.Fuzz(func(t *testing.T, sent string) {
		read := func(r io.Reader) (events []Event, end string) {
			s := &replies{r: bufio.NewReaderSize(r, readBytes)}
			for {
				e, err := s.next([]string{"news*", "a*"})
				if err != nil {
					return events, err.Error()
				}
				events = append(events, e)
			}
		}
		events, end := read(strings.NewReader(sent))
		slow, slowEnd := read(iotest.OneByteReader(strings.NewReader(sent)))
		require.Equal(t, events, slow)
		require.Equal(t, end, slowEnd)
		for _, e := range events {
			switch e.Kind {
			case Message:
				if !strings.Contains(sent, e.Payload) || !strings.Contains(sent, e.Channel) {
					t.Fatalf("nobody sent %q on %q", e.Payload, e.Channel)
				}
				if e.Pattern != "" && !slices.Contains([]string{"news*", "a*"}, e.Pattern) {
					t.Fatalf("nobody subscribed to %q", e.Pattern)
				}
			case Added, removed:
				if !strings.Contains(sent, e.Channel) {
					t.Fatalf("nobody sent %q", e.Channel)
				}
			case 0:
				require.Zero(t, e)
			default:
				t.Fatalf("a server cannot send %v", e)
			}
		}
	})
}

// FuzzPlain compares with the plain way, go-redis' PubSub, which reads by itself:
// what a server sends means the same to both. BenchmarkGoRedisAlone says what it
// costs.
func FuzzPlain(f *testing.F) {
	f.Add("news", "hi")
	f.Add("news:x", "\r\n$5\r\n")
	f.Add("", "")
	server := &scripted{}
	client := server.client()
	f.Cleanup(func() { _ = client.Close() })
	plain := client.PSubscribe(context.Background(), "news*")
	f.Cleanup(func() { _ = plain.Close() })
	_, err := plain.Receive(context.Background()) // the confirmation
	require.NoError(f, err)
	for known := false; !known; runtime.Gosched() { // the server notes it after it has confirmed
		server.set(func() { known = len(server.peers) > 0 && len(server.peers[0].channels) > 0 })
	}
	f.Fuzz(func(t *testing.T, channel, payload string) {
		sent := fmt.Sprintf("*4\r\n$8\r\npmessage\r\n$5\r\nnews*\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(channel), channel, len(payload), payload)
		s := &replies{r: bufio.NewReaderSize(strings.NewReader(sent), readBytes)}
		fast, err := s.next([]string{"news*"})
		require.NoError(t, err)

		var wg sync.WaitGroup
		server.set(func() { server.peers[0].send(sent) })
		m, err := plain.ReceiveMessage(t.Context())
		wg.Wait()
		require.NoError(t, err)
		require.Equal(t, Event{Kind: Message, Pattern: m.Pattern, Channel: m.Channel, Payload: m.Payload}, fast)
	})
}
