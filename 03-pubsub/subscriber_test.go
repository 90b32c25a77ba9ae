package pubsub

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// reader reads a subscription in a test, event by event.
type reader struct {
	t       testing.TB
	s       *Subscriber
	waiting []Event
}

func subscribe(t testing.TB, client *redis.Client, o Options) *reader {
	t.Helper()
	o.ConnectTimeout = patience
	s, err := Subscribe(t.Context(), client, o)
	require.NoError(t, err)
	return &reader{t: t, s: s}
}

// next waits for the next event that is not a probe.
func (r *reader) next() Event {
	r.t.Helper()
	for {
		for len(r.waiting) == 0 {
			ctx, cancel := context.WithTimeout(r.t.Context(), patience)
			events, err := r.s.Receive(ctx)
			cancel()
			require.NoError(r.t, err)
			r.waiting = events
		}
		e := r.waiting[0]
		r.waiting = r.waiting[1:]
		if !e.Probe {
			return e
		}
	}
}

// until waits for an event of that kind and returns the payloads that came before it.
func (r *reader) until(kind Kind) (Event, []string) {
	r.t.Helper()
	var payloads []string
	for {
		switch e := r.next(); e.Kind {
		case kind:
			return e, payloads
		case Message:
			payloads = append(payloads, e.Payload)
		default:
			r.t.Logf("on the way to %s: %s %v", kind, e.Kind, e.Err)
		}
	}
}

// payloads waits for n messages.
func (r *reader) payloads(n int) []string {
	r.t.Helper()
	var payloads []string
	for len(payloads) < n {
		if e := r.next(); e.Kind == Message {
			payloads = append(payloads, e.Payload)
		}
	}
	return payloads
}

func publish(t testing.TB, client *redis.Client, channel, payload string) {
	t.Helper()
	require.NoError(t, client.Publish(t.Context(), channel, payload).Err())
}

func TestWhatIsPublishedAfterSubscribedArrives(t *testing.T) {
	client, channel := redistest.Start(t), redistest.Prefix(t)+"news"
	for i := range 50 {
		r := subscribe(t, client, Options{Channels: []string{channel}})
		require.Equal(t, Subscribed, r.next().Kind)
		publish(t, client, channel, strconv.Itoa(i))
		require.Equal(t, Event{Kind: Message, Channel: channel, Payload: strconv.Itoa(i)}, r.next())
	}
}

func TestSubscribersSeeOneOrderUnderConcurrentPublishers(t *testing.T) {
	const publishers, each = 4, 1000
	client, channel := redistest.Start(t), redistest.Prefix(t)+"room"
	readers := []*reader{
		subscribe(t, client, Options{Channels: []string{channel}}),
		subscribe(t, client, Options{Channels: []string{channel}}),
		subscribe(t, client, Options{Patterns: []string{channel + "*"}}),
	}
	for _, r := range readers {
		require.Equal(t, Subscribed, r.next().Kind)
	}
	var wg sync.WaitGroup
	for p := range publishers {
		wg.Go(func() {
			for i := range each {
				if err := client.Publish(t.Context(), channel, fmt.Sprintf("%d/%d", p, i)).Err(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	first := readers[0].payloads(publishers * each)
	next := make([]int, publishers)
	for _, payload := range first {
		var p, i int
		_, err := fmt.Sscanf(payload, "%d/%d", &p, &i)
		require.NoError(t, err)
		require.Equal(t, next[p], i, "publisher %d's own order", p)
		next[p]++
	}
	for _, r := range readers[1:] {
		require.Equal(t, first, r.payloads(publishers*each), "all subscribers see one order")
	}
	wg.Wait()
}

func TestChannelAndPatternInOneSubscription(t *testing.T) {
	client, prefix := redistest.Start(t), redistest.Prefix(t)
	r := subscribe(t, client, Options{Channels: []string{prefix + "a"}, Patterns: []string{prefix + "b*"}})
	require.Equal(t, Subscribed, r.next().Kind)

	binary := "\x00\xff\r\n$3\r\n"
	publish(t, client, prefix+"a", binary)
	// Waited for: miniredis may send by pattern first.
	require.Equal(t, Event{Kind: Message, Channel: prefix + "a", Payload: binary}, r.next())
	publish(t, client, prefix+"bee", "by pattern")
	publish(t, client, prefix+"c", "to nobody")
	publish(t, client, prefix+"b", "end")
	require.Equal(t, Event{Kind: Message, Channel: prefix + "bee", Pattern: prefix + "b*", Payload: "by pattern"}, r.next())
	require.Equal(t, "end", r.next().Payload)
}

func TestSubscriberThatIsAwayMissesExactlyWhatIsPublishedMeanwhile(t *testing.T) {
	client, channel := redistest.Start(t), redistest.Prefix(t)+"news"
	sent := 0
	send := func(n int) {
		for range n {
			sent++
			publish(t, client, channel, strconv.Itoa(sent))
		}
	}
	ctx, leave := context.WithCancel(t.Context())
	s, err := Subscribe(ctx, client, Options{Channels: []string{channel}, ConnectTimeout: patience})
	require.NoError(t, err)
	r := &reader{t: t, s: s}
	require.Equal(t, Subscribed, r.next().Kind)
	send(100)
	received := len(r.payloads(100))
	leave()
	_, err = s.Receive(t.Context())
	require.ErrorIs(t, err, context.Canceled)

	send(37) // nobody is there

	r = subscribe(t, client, Options{Channels: []string{channel}})
	require.Equal(t, Subscribed, r.next().Kind)
	send(100)
	back := r.payloads(100)
	require.Equal(t, "138", back[0])
	received += len(back)
	require.Equal(t, 37, sent-received)
}

func TestSlowReaderIsToldHowManyItMissedAndWhere(t *testing.T) {
	client, channel := redistest.Start(t), redistest.Prefix(t)+"news"
	const sent = 1000
	payload := func(i int) string { return fmt.Sprintf("%04d %s", i, strings.Repeat("x", 1000)) }
	r := subscribe(t, client, Options{Channels: []string{channel}, QueueBytes: 100 << 10})
	require.Equal(t, Subscribed, r.next().Kind)
	for i := range sent {
		publish(t, client, channel, payload(i))
	}
	seen := func() (n int) { // as far as the reading goroutine has come, though nobody calls Receive
		r.s.link.queue.mu.Lock()
		defer r.s.link.queue.mu.Unlock()
		for _, e := range r.s.link.queue.waiting {
			if e.Kind == Message {
				n++
			}
			n += e.Missed
		}
		return n
	}
	require.Eventually(t, func() bool { return seen() == sent }, patience, time.Millisecond)
	publish(t, client, channel, "dropped too")
	require.Eventually(t, func() bool { return seen() == sent+1 }, patience, time.Millisecond)

	overflow, got := r.until(Overflow)
	for i, p := range got {
		require.Equal(t, payload(i), p, "what came before the gap is whole")
	}
	require.InDelta(t, 90, len(got), 10, "100 KiB of messages of about 1.1 KiB")
	require.Equal(t, sent+1-len(got), overflow.Missed)

	publish(t, client, channel, "after the gap")
	require.Equal(t, "after the gap", r.next().Payload)
}

func TestSubscriptionEndsWithItsContext(t *testing.T) {
	client, channel := redistest.Start(t), redistest.Prefix(t)+"news"
	nobody := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", DialerRetries: 1})
	defer nobody.Close()
	for name, client := range map[string]*redis.Client{"subscribed": client, "nobody there": nobody} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			// The dial and the probe take hours: the end must not wait for them.
			s, err := Subscribe(ctx, client, Options{Channels: []string{channel}, ConnectTimeout: time.Hour, ProbeInterval: time.Hour}.WatchedThrough(client))
			require.NoError(t, err)
			_, err = s.Receive(t.Context())
			require.NoError(t, err)
			cancel()
			waiting, giveUp := context.WithTimeout(t.Context(), patience)
			defer giveUp()
			for err == nil {
				_, err = s.Receive(waiting)
			}
			require.ErrorIs(t, err, context.Canceled)
		})
	}
}

func TestReceiveEndsWithItsOwnContextAndTheSubscriptionGoesOn(t *testing.T) {
	client, channel := redistest.Start(t), redistest.Prefix(t)+"news"
	r := subscribe(t, client, Options{Channels: []string{channel}})
	require.Equal(t, Subscribed, r.next().Kind)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := r.s.Receive(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	publish(t, client, channel, "still here")
	require.Equal(t, "still here", r.next().Payload)
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer client.Close()
	for want, o := range map[string]Options{
		"no channel and no pattern":              {},
		"Probe and ConfirmProbe belong together": {Channels: []string{"a"}, Probe: func(context.Context) error { return nil }},
		"negative option":                        {Channels: []string{"a"}, QueueBytes: -1},
	} {
		_, err := Subscribe(t.Context(), client, o)
		require.ErrorContains(t, err, want)
	}
}

func TestAMistakeOfTheServersIsToldAsItIs(t *testing.T) {
	client := redistest.Start(t)
	wrong := redis.NewClient(&redis.Options{Addr: client.Options().Addr, Username: "nobody", Password: "wrong"})
	defer wrong.Close()
	r := subscribe(t, wrong, Options{Channels: []string{"a"}})
	e := r.next()
	require.Equal(t, Disconnected, e.Kind)
	var answer redis.Error
	require.ErrorAs(t, e.Err, &answer)
	t.Log(e.Err)
}
