package bulk_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	"example.com/redis-chat/02-replication/topologytest"
	"example.com/redis-chat/06-emitter/exercises/bulk"
)

func TestMain(m *testing.M) { redistest.Main(m) }

const (
	announcements  = 1000
	mostRoundTrips = 12
)

// wires counts what goes over the connections of a client.
type wires struct {
	mu       sync.Mutex
	trips    int // how often the client stopped sending and waited for an answer
	inFlight int // PUBLISHes since then
	most     int // of inFlight
	waits    int
	used     map[net.Conn]bool // the connections that PUBLISH went over
	cutAfter int               // round trips until the connection ends; 0: it does not
}

// Dial is for redis.Options.Dialer.
func (w *wires) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &wire{Conn: conn, wires: w}, nil
}

// forget begins to count anew.
func (w *wires) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trips, w.inFlight, w.most, w.waits, w.used = 0, 0, 0, 0, map[net.Conn]bool{}
}

type wire struct {
	net.Conn
	wires *wires
	sent  bool // something was sent, and nothing has come back yet
}

func (c *wire) Write(sent []byte) (int, error) {
	c.wires.mu.Lock()
	defer c.wires.mu.Unlock()
	c.sent = true
	lower := bytes.ToLower(sent)
	if n := bytes.Count(lower, []byte("publish\r\n")); n > 0 {
		c.wires.inFlight += n
		c.wires.most = max(c.wires.most, c.wires.inFlight)
		c.wires.used[c] = true
	}
	c.wires.waits += bytes.Count(lower, []byte("\nwait\r\n"))
	return c.Conn.Write(sent)
}

func (c *wire) Read(answer []byte) (int, error) {
	n, err := c.Conn.Read(answer)
	c.wires.mu.Lock()
	defer c.wires.mu.Unlock()
	if c.sent && n > 0 {
		c.sent = false
		c.wires.trips++
		c.wires.inFlight = 0
		if c.wires.trips > c.wires.cutAfter && c.wires.cutAfter > 0 {
			_ = c.Close()
			return 0, net.ErrClosed
		}
	}
	return n, err
}

// start returns a client of a master with two replicas, and who listens at the second.
func start(t *testing.T, channel string) (*redis.Client, *wires, *redis.PubSub) {
	clients := topologytest.Clients(t, topologytest.Start(t, 2))
	w := &wires{}
	w.forget()
	client := redis.NewClient(&redis.Options{
		Addr: clients[0].Options().Addr, Dialer: w.Dial, MaxRetries: -1, PoolSize: 20, DialTimeout: time.Minute, ReadTimeout: time.Minute,
	})
	t.Cleanup(func() { client.Close() })
	require.NoError(t, client.Ping(t.Context()).Err()) // so that a connection is there
	w.forget()
	ear := clients[2].Subscribe(t.Context(), channel)
	t.Cleanup(func() { ear.Close() })
	_, err := ear.Receive(t.Context())
	require.NoError(t, err)
	return client, w, ear
}

// heard is what has come until now.
func heard(t *testing.T, client *redis.Client, ear *redis.PubSub, channel string) (payloads []string) {
	require.NoError(t, client.Publish(t.Context(), channel, "end").Err())
	for {
		m, err := ear.ReceiveMessage(t.Context())
		require.NoError(t, err)
		if m.Payload == "end" {
			return payloads
		}
		payloads = append(payloads, m.Payload)
	}
}

func texts() (payloads []string) {
	for i := range announcements {
		payloads = append(payloads, fmt.Sprintf("announcement %d", i+1))
	}
	return payloads
}

func TestThousandAnnouncementsInTwelveRoundTrips(t *testing.T) {
	channel := redistest.Prefix(t)
	client, w, ear := start(t, channel)
	receipt, err := bulk.Send(t.Context(), client, channel, texts(), 2, time.Minute)
	if err != nil {
		t.Fatalf("Send says %v", err)
	}
	w.mu.Lock()
	trips, most, waits, used := w.trips, w.most, w.waits, len(w.used)
	w.mu.Unlock()
	t.Logf("%d round trips, at most %d in flight", trips, most)
	if used != 1 {
		t.Errorf("PUBLISH went over %d connections: want one, as two could swap two announcements", used)
	}
	if most > bulk.MostInFlight {
		t.Errorf("%d announcements were on their way without an answer: want at most %d", most, bulk.MostInFlight)
	}
	if waits != 1 {
		t.Errorf("WAIT was asked %d times: want once, for all", waits)
	}
	if trips > mostRoundTrips {
		t.Errorf("%d announcements took %d round trips: want at most %d", announcements, trips, mostRoundTrips)
	}
	if want := (bulk.Receipt{Published: announcements, Replicas: 2}); receipt != want {
		t.Errorf("all is published, and both replicas go on; the receipt is %+v, want %+v", receipt, want)
	}
	if got := heard(t, client, ear, channel); !slices.Equal(got, texts()) {
		t.Errorf("%d announcements were sent, and %d were heard, or in another order", announcements, len(got))
	}
}

func TestConnectionEnds(t *testing.T) {
	channel := redistest.Prefix(t)
	client, w, ear := start(t, channel)
	w.mu.Lock()
	w.cutAfter = 3
	w.mu.Unlock()
	receipt, err := bulk.Send(t.Context(), client, channel, texts(), 2, time.Minute)
	w.mu.Lock()
	w.cutAfter = 0
	w.mu.Unlock()
	if err == nil || receipt.Replicas != 0 || receipt.Published == 0 {
		t.Errorf("the connection has ended at the fourth round trip, and Send says %+v and %v: want how many were published, no replicas, and an error", receipt, err)
	}
	if n := len(heard(t, client, ear, channel)); n < receipt.Published || n > receipt.Published+bulk.MostInFlight {
		t.Errorf("the connection has ended, Send says that %d were published, and %d were heard: want those, and at most %d more, whose answers were lost",
			receipt.Published, n, bulk.MostInFlight)
	}
}
