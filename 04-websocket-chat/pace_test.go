package chat

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/redis-chat/04-websocket-chat/chattest"
	"github.com/stretchr/testify/require"
)

// backlog is events for room go, three times as many bytes as may wait for one
// client.
func backlog(o Options, size int) []Event {
	o, _ = o.withDefaults()
	events := make([]Event, 3*o.MaxQueueBytes/size)
	for i := range events {
		data := fmt.Sprintf(`"%d %s"`, i, strings.Repeat("x", size))
		events[i] = Event{Name: "message", Data: json.RawMessage(data), Rooms: []string{"go"}}
	}
	return events
}

func TestBacklogClosesNobodyWhoReads(t *testing.T) {
	small := Options{MaxQueueBytes: 20_000}
	for name, c := range map[string]struct {
		o    Options
		many int
		size int // of one event's data, in bytes
	}{
		"one client":                   {many: 1, size: 1000},
		"many clients":                 {o: Options{MaxQueueBytes: 256 << 10}, many: 30, size: 1000},
		"large events":                 {many: 5, size: 60_000},
		"small queues":                 {o: small, many: 5, size: 1000},
		"small queues, events of half": {o: small, many: 5, size: 9000},
	} {
		t.Run(name, func(t *testing.T) {
			// Time goes on only when all that can be read has been.
			bubble(t, c.o, func(t *testing.T, n *served) {
				events := backlog(c.o, c.size)
				ends := make(chan error, c.many)
				for i := range c.many {
					p := n.Enter(fmt.Sprint("reader", i), "go")
					require.NoError(t, p.WS.SetReadDeadline(time.Time{}))
					go func() { ends <- readsAll(p, len(events)) }()
				}
				n.hub.Deliver(events)
				for range c.many {
					require.NoError(t, <-ends)
				}
				require.Zero(t, n.hub.Stats().Slow)
			})
		})
	}
}

// readsAll reads the messages of a backlog, which must come in order.
func readsAll(p *chattest.Person, count int) error {
	for i := 0; i < count; {
		_, text, err := p.WS.ReadMessage()
		if err != nil {
			return fmt.Errorf("after %d of %d messages: %w", i, count, err)
		}
		if !strings.Contains(string(text), `"event":"message"`) {
			continue
		}
		if want := fmt.Sprintf(`"data":"%d `, i); !strings.Contains(string(text), want) {
			return fmt.Errorf("%.60s, where %s is expected", text, want)
		}
		i++
	}
	return nil
}

func TestClientsWhoDoNotReadHoldABacklogUpOnlyBriefly(t *testing.T) {
	for name, c := range map[string]struct {
		deaf, reading int
		most          time.Duration
	}{
		"one of many": {deaf: 1, reading: 3, most: 48 * paceLook},             // 3 MiB in bursts of 64 KiB
		"most":        {deaf: 3, reading: 1, most: 48*paceLook + 16*paceIdle}, // until their queues are full
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Options{}, func(t *testing.T, n *served) {
				for i := range c.deaf {
					n.Enter(fmt.Sprint("deaf", i), "go")
				}
				events := backlog(Options{}, 10_000)
				ends := make(chan error, c.reading)
				for i := range c.reading {
					p := n.Enter(fmt.Sprint("reader", i), "go")
					require.NoError(t, p.WS.SetReadDeadline(time.Time{}))
					go func() { ends <- readsAll(p, len(events)) }()
				}
				began := time.Now()
				n.hub.Deliver(events)
				require.LessOrEqual(t, time.Since(began), c.most)
				for range c.reading {
					require.NoError(t, <-ends)
				}
				synctest.Wait()
				require.EqualValues(t, c.deaf, n.hub.Stats().Slow)
			})
		})
	}
}
