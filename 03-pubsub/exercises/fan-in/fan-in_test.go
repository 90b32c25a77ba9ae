package fanin_test

import (
	"context"
	"fmt"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/redistest"
	fanin "example.com/redis-chat/03-pubsub/exercises/fan-in"
)

func TestMain(m *testing.M) { redistest.Main(m) }

// hang ends a wait for what does not come. It says nothing about speed.
const hang = 10 * time.Second

// stream starts a stream that ends with the test.
func stream(t *testing.T, ctx context.Context, db *redis.Client, channels ...string) <-chan fanin.Line {
	t.Helper()
	limited, cancel := context.WithCancel(ctx)
	t.Cleanup(cancel)
	timer := time.AfterFunc(hang, cancel)
	lines, err := fanin.Stream(limited, db, channels...)
	if !timer.Stop() {
		t.Fatalf("Stream has not returned within %v", hang)
	}
	if err != nil {
		t.Fatalf("Stream: %v", err)
	}
	return lines
}

// next waits for the next line.
func next(t *testing.T, lines <-chan fanin.Line, what string) fanin.Line {
	t.Helper()
	select {
	case line, open := <-lines:
		if !open {
			t.Fatalf("the stream was closed before %s came", what)
		}
		return line
	case <-time.After(hang):
		t.Fatalf("%s did not come within %v", what, hang)
	}
	return fanin.Line{}
}

func publish(t *testing.T, db *redis.Client, channel, text string) {
	t.Helper()
	require.NoError(t, db.Publish(t.Context(), channel, text).Err())
}

// subscribed waits until each channel has a subscriber.
func subscribed(t *testing.T, db *redis.Client, channels ...string) {
	t.Helper()
	all := func() bool {
		n, err := db.PubSubNumSub(t.Context(), channels...).Result()
		return err == nil && !slices.ContainsFunc(channels, func(c string) bool { return n[c] == 0 })
	}
	require.Eventually(t, all, hang, time.Millisecond, "nobody subscribes to %q", channels)
}

func TestBothChannelsInTheOrderOfTheServer(t *testing.T) {
	db, prefix := redistest.Start(t), redistest.Prefix(t)
	names := map[string]string{prefix + "lobby": "lobby", prefix + "news": "news"}
	lines := stream(t, t.Context(), db, prefix+"lobby", prefix+"news")

	subscribed(t, db, prefix+"lobby", prefix+"news")
	// Runs of 1 to 5 lines, first in the lobby, then in the news, and so on.
	var sent []fanin.Line
	for run := range 40 {
		channel := prefix + "lobby"
		if run%2 == 1 {
			channel = prefix + "news"
		}
		for range run%5 + 1 {
			sent = append(sent, fanin.Line{Channel: channel, Text: fmt.Sprint(len(sent) + 1)})
		}
	}
	for _, line := range sent {
		publish(t, db, line.Channel, line.Text)
	}
	for i, want := range sent {
		if got := next(t, lines, fmt.Sprintf("line %d of %d", i+1, len(sent))); got != want {
			t.Fatalf("the order of the server is lost: line %d of the stream is number %s (%s), want number %s (%s)",
				i+1, got.Text, names[got.Channel], want.Text, names[want.Channel])
		}
	}
}

func TestWhatIsPublishedAfterStreamReturnedIsInIt(t *testing.T) {
	db, prefix := redistest.Start(t), redistest.Prefix(t)
	for i := range 20 {
		a, b := fmt.Sprint(prefix, "a", i), fmt.Sprint(prefix, "b", i)
		lines := stream(t, t.Context(), db, a, b)
		publish(t, db, b, "at once")
		subscribed(t, db, a, b)
		publish(t, db, b, "later")
		if got := next(t, lines, "the first line"); got.Text != "at once" {
			t.Fatalf("Stream returned, a line was published at once, and it is lost: the first line of the stream is %q", got.Text)
		}
	}
}

// In memory and in fake time, where synctest knows when nobody can go on.
func TestTheContextEndsItEvenIfNobodyReceives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := miniredis.NewMiniRedis()
		defer server.Close()
		db := redis.NewClient(&redis.Options{
			Addr:   "192.0.2.1:6379", // an address, as a name would be looked up; the dialer leads elsewhere
			Dialer: func(context.Context, string, string) (net.Conn, error) { return server.Dial() },
		})
		defer db.Close()
		publish(t, db, "busy", "to nobody")
		synctest.Wait()
		others := goleak.IgnoreCurrent()

		ctx, cancel := context.WithCancel(t.Context())
		quiet, busy := stream(t, ctx, db, "quiet", "news"), stream(t, ctx, db, "busy")
		for subscribers := int64(0); subscribers == 0; time.Sleep(time.Second) {
			n, err := db.PubSubNumSub(t.Context(), "busy").Result()
			require.NoError(t, err)
			subscribers = n["busy"]
		}
		publish(t, db, "busy", "a line that nobody receives")
		synctest.Wait()
		cancel()
		synctest.Wait()
		if goleak.Find(others) != nil {
			t.Error("the context has ended, and a goroutine of the stream still waits: for a message, or for somebody who receives")
			server.Close() // so that it ends after all
			drain(quiet)
			drain(busy)
			return
		}
		for _, lines := range []<-chan fanin.Line{quiet, busy} {
			for open := true; open; {
				select {
				case _, open = <-lines:
				default:
					t.Fatal("the context has ended, and the stream is not closed: whoever receives from it waits for ever")
				}
			}
		}
	})
}

// drain receives what there is, until the stream is closed or a minute has passed.
func drain(lines <-chan fanin.Line) {
	for {
		select {
		case _, open := <-lines:
			if !open {
				return
			}
		case <-time.After(time.Minute):
			return
		}
	}
}
