package relay_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat/frame"
	relay "example.com/redis-chat/05-distributed-relay"
)

// Two senders and two listeners on each of two nodes: 10,000 messages.
func TestOneOrderForAllClientsUnderConcurrentSenders(t *testing.T) {
	const senders, each = 4, 2500
	if testing.Short() {
		t.Skip("long: it runs once, in the run on real servers (leave -short away)")
	}
	// They send faster than the master takes: the last one waits for all the others.
	c := startClusterWith(t, 2, relay.Options{PublishTimeout: time.Hour})
	var talkers, listeners []*client
	for i := range senders {
		talkers = append(talkers, c.dial(i%2, fmt.Sprint("talker-", i), "lobby"))
		listeners = append(listeners, c.dial(i%2, fmt.Sprint("listener-", i), "lobby"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	heard := make([][]string, 2*senders)
	for i, who := range append(talkers, listeners...) {
		expect := senders * each
		if i < senders {
			expect -= each // a sender does not hear itself
		}
		wg.Go(func() {
			for len(heard[i]) < expect {
				m, err := who.Receive(ctx)
				if err != nil {
					t.Errorf("client %d after %d messages: %v", i, len(heard[i]), err)
					return
				}
				switch m.Event {
				case "$error":
					t.Errorf("client %d: %s", i, m.Text)
					cancel()
				case "message":
					heard[i] = append(heard[i], m.From+" "+string(m.Data))
				}
			}
		})
	}
	for _, who := range talkers {
		wg.Go(func() {
			for n := range each {
				if err := who.Send(ctx, frame.Frame{Event: "message", Data: fmt.Append(nil, n)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}

	order := heard[senders] // a listener's
	seen := map[string]bool{}
	for _, m := range order {
		require.False(t, seen[m], "%s came twice", m)
		seen[m] = true
	}
	for i := range heard {
		want := order
		if i < senders {
			want = nil
			for _, m := range order {
				if m[:len("talker-0")] != fmt.Sprint("talker-", i) {
					want = append(want, m)
				}
			}
		}
		require.Equal(t, want, heard[i], "client %d saw another order", i)
	}
	for _, n := range c.nodes {
		require.Zero(t, n.metric(t, "chat_messages_missed_total"))
		require.Zero(t, n.metric(t, "chat_messages_repeated_total"))
	}
}
