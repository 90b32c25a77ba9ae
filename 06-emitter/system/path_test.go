package system

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	pubsub "example.com/redis-chat/03-pubsub"
	"example.com/redis-chat/05-distributed-relay/wire"
	"example.com/redis-chat/06-emitter/system/livemap"
	"example.com/redis-chat/06-emitter/system/status"
)

// said is a message as it comes from a server. npm's messages have no number.
func said(t testing.TB, text string, seq uint64) *pubsub.Event {
	data, err := json.Marshal(text)
	require.NoError(t, err)
	e := wire.Envelope{UID: wire.EmitterUID, Event: "message", Args: []any{json.RawMessage(data)}}
	if seq > 0 {
		e.Pub, e.Seq = "a publisher", seq
	}
	payload, err := e.Append(nil)
	require.NoError(t, err)
	return &pubsub.Event{Kind: pubsub.Message, Pattern: "socket.io#/#*", Payload: string(payload)}
}

// running is silent, with all servers up.
func running(t *testing.T) (*System, *strings.Builder) {
	s, out := silent(t)
	s.state.change(func(now *known) {
		for i := range now.servers {
			now.servers[i].State = status.Up
		}
	})
	return s, out
}

func TestSpreadIsFromTheFirstSightToTheLast(t *testing.T) {
	s, out := running(t)
	e, now := said(t, "hi", 1), time.Now()
	s.seen(1, e, now.Add(1200*time.Microsecond)) // this goroutine was first, not this server
	s.seen(0, e, now)
	s.seen(2, e, now.Add(700*time.Microsecond))
	s.feed.Close()
	require.Contains(t, out.String(), `"hi"   emitter → master → replica-1, replica-2   seen at 3 servers within 1.2 ms`)
	require.Equal(t, "0.1 ms", tenths(0), "within: never less than it took")
	require.Equal(t, "0.4 ms", tenths(301*time.Microsecond))
}

func TestSameWordsOfAPublisherWithoutNumbersAreTwoMessages(t *testing.T) {
	s, out := running(t)
	s.state.change(func(now *known) { now.servers[2].State = status.Gone }) // so that the first one is not everywhere
	for range 2 {
		e := said(t, "again", 0)
		s.seen(0, e, time.Now())
		s.seen(1, e, time.Now())
	}
	s.feed.Close()
	require.Equal(t, 2, strings.Count(out.String(), `"again"   emitter → master → replica-1`), out.String())
	require.NotContains(t, out.String(), "late")
	require.Equal(t, int64(2), s.state.get().Messages)
}

func TestUnderLoadSomeAreFollowedAndAllAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, out := running(t)
		updates, _, end := s.feed.Subscribe()
		defer end()
		const all = 500
		for n := range all {
			e := said(t, fmt.Sprint("message ", n), uint64(n+1))
			for i := range 3 {
				s.seen(i, e, time.Now())
			}
		}
		require.Equal(t, int64(all), s.state.get().Messages)
		require.Empty(t, s.paths.open, "all have been everywhere")
		time.Sleep(2 * time.Second) // of the bubble
		s.feed.Close()
		require.Equal(t, livemap.LinesPerSecond, strings.Count(out.String(), "seen at 3 servers"))
		require.Contains(t, out.String(), "… and 480 more like these within a second")
		hops := 0
		for u := range updates {
			if u.Hop != nil {
				hops++
			}
		}
		require.Equal(t, 3*livemap.LinesPerSecond, hops, "the map is not flooded")
	})
}

func TestMessageIsDecodedAtItsFirstSightAlone(t *testing.T) {
	s, _ := running(t)
	e := said(t, strings.Repeat("long ", 10_000), 1)
	s.seen(0, e, time.Now())
	for _, at := range s.paths.open {
		require.LessOrEqual(t, len(at.hop.Text), 4*livemap.MaxLetters, "what is kept of it")
	}
	at := &path{} // it is not shown: only the lookup costs time
	again := testing.AllocsPerRun(10, func() {
		at.been = 1
		s.paths.open[hash(e.Payload)] = at
		s.seen(1, e, time.Now())
	})
	require.Zero(t, again, "decoding allocates")
}
