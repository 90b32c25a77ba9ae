package missed_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	pubsub "example.com/redis-chat/03-pubsub"
	missed "example.com/redis-chat/03-pubsub/exercises/count-missed"
)

func TestMain(m *testing.M) { redistest.Main(m) }

func TestPayloads(t *testing.T) {
	type step struct {
		payload string
		missed  int
	}
	for _, c := range []struct {
		about string
		steps []step
	}{
		{"without a gap", []step{{"alice 1 a", 0}, {"alice 2 b", 0}, {"alice 3 c", 0}}},
		{"a gap", []step{{"alice 1 a", 0}, {"alice 4 d", 2}, {"alice 5 e", 0}}},
		{"whoever comes late has missed nothing", []step{{"alice 700 a", 0}, {"alice 701 b", 0}}},
		{"whoever comes late hears a beat first", []step{{"alice 700", 0}, {"alice 701 a", 0}, {"alice 703 c", 1}}},
		{"a message comes twice", []step{{"alice 1 a", 0}, {"alice 2 b", 0}, {"alice 2 b", 0}, {"alice 3 c", 0}}},
		{"an old one is repeated", []step{{"alice 3 c", 0}, {"alice 6 f", 2}, {"alice 4 d", 0}, {"alice 7 g", 0}}},
		{"a beat says that the last ones are missing", []step{{"alice 1 a", 0}, {"alice 4", 3}, {"alice 4", 0}, {"alice 5 e", 0}}},
		{"a beat without news", []step{{"alice 0", 0}, {"alice 1 a", 0}, {"alice 1", 0}, {"alice 2 b", 0}}},
		{"a beat before the first message", []step{{"alice 0", 0}, {"alice 3 c", 2}}},
		{"two publishers", []step{{"alice 1 a", 0}, {"bob 9 i", 0}, {"alice 2 b", 0}, {"bob 11 k", 1}, {"alice 3 c", 0}}},
		{"a text with spaces, digits and nothing", []step{{"alice 1 3 4 5", 0}, {"alice 2 ", 0}, {"alice 3 6", 0}}},
	} {
		var counter missed.Counter
		total, said := 0, []string{}
		for _, s := range c.steps {
			said = append(said, fmt.Sprintf("%q", s.payload))
			got, err := counter.Take(s.payload)
			if err != nil {
				t.Fatalf("%s: after %s: Take: %v", c.about, strings.Join(said, ", "), err)
			}
			total += s.missed
			if got != s.missed {
				t.Fatalf("%s: after %s: Take says that %d were missed, want %d", c.about, strings.Join(said, ", "), got, s.missed)
			}
			if counter.Missed() != total {
				t.Fatalf("%s: after %s: Missed() is %d, want %d", c.about, strings.Join(said, ", "), counter.Missed(), total)
			}
		}
	}
}

func TestWhatIsNoPayloadIsAnErrorAndCountsForNothing(t *testing.T) {
	var counter missed.Counter
	if _, err := counter.Take("alice 1 a"); err != nil {
		t.Fatalf("Take: %v", err)
	}
	for _, payload := range []string{"", "alice", " 2 b", "alice two b", "alice -2 b", "alice 0 b", "alice 2.5 b", "alice  2 b"} {
		if _, err := counter.Take(payload); err == nil {
			t.Fatalf("%q is no payload, and Take gives no error", payload)
		} else if payload != "" && !strings.Contains(err.Error(), fmt.Sprintf("%q", payload)) {
			t.Fatalf("the error of the payload %q does not quote it: %v", payload, err)
		}
	}
	if got, err := counter.Take("alice 3 c"); got != 1 || err != nil {
		t.Fatalf("alice's 1 came, then payloads that are none, then alice's 3: Take says that %d were missed (%v), want 1", got, err)
	}
}

// The number of this exercise.
func TestHeardAndMissedAreTheThousandThatWerePublished(t *testing.T) {
	const published = 1000
	db, channel := redistest.Start(t), redistest.Prefix(t)+"room"
	line := newLine(db)
	subscriber, err := pubsub.Subscribe(t.Context(), line.client(t), pubsub.Options{Channels: []string{channel}})
	require.NoError(t, err)

	var counter missed.Counter
	heard := 0
	// until takes what comes, up to an event of that kind, or the beat of that number.
	until := func(kind pubsub.Kind, beat string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		for {
			events, err := subscriber.Receive(ctx)
			require.NoError(t, err)
			found := false
			for _, e := range events {
				found = found || e.Kind == kind && e.Payload == beat
				if e.Kind != pubsub.Message {
					continue
				}
				if _, err := counter.Take(e.Payload); err != nil {
					t.Fatalf("Take: %v", err)
				}
				if strings.Count(e.Payload, " ") > 1 {
					heard++
				}
			}
			if found {
				return
			}
		}
	}
	last := 0
	publish := func(n int) {
		for range n {
			last++
			require.NoError(t, db.Publish(t.Context(), channel, fmt.Sprintf("alice %d hello", last)).Err())
		}
	}
	beat := func() {
		require.NoError(t, db.Publish(t.Context(), channel, fmt.Sprintf("alice %d", last)).Err())
	}
	outage := func(n int) {
		line.cut()
		publish(n)
		line.mend()
		until(pubsub.Subscribed, "")
	}

	until(pubsub.Subscribed, "")
	beat() // so that the first message is known to be the first
	publish(300)
	outage(37)
	publish(250)
	outage(1)
	publish(212)
	outage(published - last) // nothing but a beat comes after these
	beat()
	until(pubsub.Message, fmt.Sprintf("alice %d", last))

	if heard+counter.Missed() != published {
		t.Fatalf("%d messages were published, with 3 outages, the last of them at the end; the subscriber has heard %d and counted %d as missed: that makes %d",
			published, heard, counter.Missed(), heard+counter.Missed())
	}
	if heard == published {
		t.Fatal("the outages have cost no message: this test shows nothing")
	}
}

// line is the way from a subscriber to the server, which can be cut.
type line struct {
	addr string

	mu    sync.Mutex
	up    *sync.Cond
	down  bool
	conns []net.Conn
}

func newLine(db *redis.Client) *line {
	l := &line{addr: db.Options().Addr}
	l.up = sync.NewCond(&l.mu)
	return l
}

func (l *line) client(t *testing.T) *redis.Client {
	client := redis.NewClient(&redis.Options{Addr: l.addr, Dialer: l.dial})
	t.Cleanup(func() { l.mend(); client.Close() })
	return client
}

// dial waits while the line is down.
func (l *line) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.down {
		l.up.Wait()
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err == nil {
		l.conns = append(l.conns, conn)
	}
	return conn, err
}

// cut closes all connections; no new one is made.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for _, conn := range l.conns {
		conn.Close()
	}
	l.conns = nil
}

func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
	l.up.Broadcast()
}
