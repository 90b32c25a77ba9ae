package pubsub

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

// passing are options that pass over what is on channels that begin with "b", and note what that was.
func passing(noted *[]Event) Options {
	return Options{Channels: []string{"a", "b"}, Patterns: []string{"news*", "b*"}, PassOver: func(channel, payload string) (string, uint64, bool) {
		if !strings.HasPrefix(channel, "b") {
			return "", 0, false
		}
		*noted = append(*noted, Event{Kind: Message, Channel: strings.Clone(channel), Payload: strings.Clone(payload)})
		return "somebody", uint64(len(*noted)), true
	}}
}

// read returns all that r brings. What is passed over is as the plain way would have read it, but for the pattern.
func read(t *testing.T, r io.Reader, o Options, noted *[]Event) (events []Event, passed int, end string) {
	t.Helper()
	s, p := &replies{r: bufio.NewReaderSize(r, readBytes)}, newPassOver(&o)
	for {
		e, err := p.next(s, o.Patterns)
		if err != nil {
			return events, passed, err.Error()
		}
		if e.Kind == PassedOver {
			passed++
			require.Equal(t, Event{Kind: PassedOver, Payload: "somebody", Number: uint64(passed)}, e)
			e = (*noted)[passed-1]
		}
		e.Pattern = ""
		events = append(events, e)
	}
}

// both reads in both ways, and compares.
func both(t *testing.T, sent string) (passed int) {
	t.Helper()
	var noted []Event
	plain, _, plainEnd := read(t, strings.NewReader(sent), Options{Channels: []string{"a"}, Patterns: []string{"news*", "b*"}}, nil)
	fast, passed, end := read(t, strings.NewReader(sent), passing(&noted), &noted)
	require.Equal(t, plain, fast)
	require.Equal(t, plainEnd, end)
	noted = nil
	slow, passedSlowly, end := read(t, iotest.OneByteReader(strings.NewReader(sent)), passing(&noted), &noted)
	require.Equal(t, plain, slow)
	require.Equal(t, plainEnd, end)
	require.Equal(t, passed, passedSlowly, "wherever a message is cut")
	return passed
}

func patterned(pattern, channel, payload string) string {
	return fmt.Sprintf("*4\r\n$8\r\npmessage\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(pattern), pattern, len(channel), channel, len(payload), payload)
}

func TestWhatIsPassedOverLeavesTheRestAsItIs(t *testing.T) {
	long := strings.Repeat("x", readBytes)
	for name, c := range map[string]struct {
		sent   string
		passed int
	}{
		"by channel":             {message("a", "hi") + message("b", "no") + message("a", "hi"), 1},
		"by pattern":             {patterned("news*", "news:x", "hi") + patterned("b*", "b:x", "no") + patterned("b*", "b:y", ""), 2},
		"answers":                {"+PONG\r\n" + message("b", "no") + "*2\r\n$4\r\npong\r\n$0\r\n\r\n-LOADING\r\n" + message("b", "no"), 2},
		"any bytes":              {message("b\r\n", "\r\n$-1\r\n\x00\xff") + message("a", "hi"), 1},
		"a pattern nobody asked": {patterned("c*", "b", "hi"), 0},
		"longer than any buffer": {message("b", long) + message(long, "hi") + message("b"+long, "hi") + message("b", "no"), 1},
		"as long as the buffer":  {message("b", long[:readBytes-len(message("b", ""))-4]) + message("b", "no"), 2},
		"more than the buffer":   {strings.Repeat(message("b", strings.Repeat("x", 1000)), 100), 100},
		"half of it":             {strings.TrimSuffix(message("b", "hi"), "i\r\n"), 0},
		"half of its header":     {"*3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$1", 0},
		"a header that lies":     {"*3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$99999999999999999999\r\n", 0},
		"no header":              {"*3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$\r\n", 0},
		"no string":              {"*3\r\n$7\r\nmessage\r\n:1\r\n$1\r\nb\r\n", 0},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.passed, both(t, c.sent)) })
	}
}

// Only a broken server sends that. The reader says so, and does not wait for what was never announced.
func TestHeaderThatIsCutAndLiesIsAnErrorAtOnce(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	var noted []Event
	o := passing(&noted)
	s, p := &replies{r: bufio.NewReaderSize(client, readBytes)}, newPassOver(&o)
	go func() {
		for _, part := range []string{"*3\r\n$7\r\nmessage\r\n$1\r\nb\r\n$900\r", "X\n"} {
			_, _ = server.Write([]byte(part))
		}
	}()
	_, err := p.next(s, o.Patterns)
	require.Error(t, err)
}

// FuzzPassOver compares both ways, whatever a server sends.
func FuzzPassOver(f *testing.F) {
	f.Add(message("a", "hi") + message("b", "no") + "+PONG\r\n" + patterned("b*", "b:x", "no"))
	f.Add(patterned("news*", "b", "hi") + "*3\r\n$7\r\nmessage\r\n$1\rb")
	f.Fuzz(func(t *testing.T, sent string) { both(t, sent) })
}

func TestWhatIsPassedOverAllocatesNothing(t *testing.T) {
	o := Options{Patterns: []string{"news*"}, PassOver: func(string, string) (string, uint64, bool) { return "", 1, true }}
	one := []byte(patterned("news*", "news:x", strings.Repeat("x", 100)))
	s, p := &replies{r: bufio.NewReaderSize(endless{bytes.NewReader(one)}, readBytes)}, newPassOver(&o)
	q := newQueue(1 << 20)
	take := func() {
		for range 100 {
			e, err := p.next(s, o.Patterns)
			if err != nil {
				t.Error(err)
			}
			q.push(e)
		}
		q.takeAll()
	}
	take()
	take() // both slices are there
	require.Zero(t, testing.AllocsPerRun(10, take))
}

func TestNobodyIsWokenForWhatWasPassedOver(t *testing.T) {
	woken := func(q *queue) bool {
		select {
		case <-q.ready:
			return true
		default:
			return false
		}
	}
	q := newQueue(1 << 20)
	for n := range uint64(10) {
		q.push(Event{Kind: PassedOver, Number: n})
	}
	require.False(t, woken(q))
	q.push(Event{Kind: Message, Payload: "hi"})
	require.True(t, woken(q))
	q.push(Event{Kind: Message, Payload: "hi"})
	require.False(t, woken(q), "once is enough")
	taken := q.takeAll()
	require.Len(t, taken, 12)
	for n := range uint64(10) {
		require.Equal(t, Event{Kind: PassedOver, Number: n}, taken[n], "in its place")
	}

	for range mostUntold {
		require.False(t, woken(q))
		q.push(Event{Kind: PassedOver})
	}
	require.True(t, woken(q), "or they would be as many as come before the next message")
	q.takeAll()

	q = newQueue(3 * eventBytes)
	for range 10 {
		q.push(Event{Kind: PassedOver})
	}
	require.True(t, woken(q), "what is dropped is told")
	require.Equal(t, Event{Kind: Overflow, Missed: 7}, q.takeAll()[3])
}

func BenchmarkNext(b *testing.B) {
	one := patterned("socket.io#/#*", "socket.io#/#lobby#", strings.Repeat("x", 253))
	for name, pass := range map[string]func(string, string) (string, uint64, bool){
		"handed over": nil, "passed over": func(string, string) (string, uint64, bool) { return "", 1, true },
	} {
		b.Run(name, func(b *testing.B) {
			o := Options{Patterns: []string{"socket.io#/#*"}, PassOver: pass}
			s, p := &replies{r: bufio.NewReaderSize(endless{bytes.NewReader([]byte(strings.Repeat(one, 100)))}, readBytes)}, newPassOver(&o)
			b.ReportAllocs()
			for b.Loop() {
				if e, err := p.next(s, o.Patterns); err != nil || e.Kind == 0 {
					b.Fatal(e, err)
				}
			}
		})
	}
}
