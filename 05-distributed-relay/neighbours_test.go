package relay

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/04-websocket-chat"
)

func TestNodeIsJudgedByItsOwnInterval(t *testing.T) {
	now := time.Now()
	for _, row := range []struct {
		every time.Duration
		gone  time.Duration
	}{
		{50 * time.Millisecond, 3 * time.Second},
		{250 * time.Millisecond, 3 * time.Second},
		{500 * time.Millisecond, 6 * time.Second},
		{4 * time.Second, 8 * time.Second},
		{0, 3 * time.Second}, // it does not say
	} {
		r := New(Options{Log: slog.New(slog.DiscardHandler)})
		hub, err := chat.NewHub(chat.Options{Relay: r})
		require.NoError(t, err)
		r.hub = hub
		r.heard(&Probe{Node: "other", Pub: "other", Every: row.every.Milliseconds()}, now)
		r.forgetSilent(now.Add(row.gone))
		require.Len(t, r.nodes, 1, "probing every %v, silent for %v", row.every, row.gone)
		r.forgetSilent(now.Add(row.gone + time.Millisecond))
		require.Empty(t, r.nodes, "probing every %v", row.every)
	}
}

func TestAskingForListsIsNotSwallowedByTelling(t *testing.T) {
	r := New(Options{})
	r.askWhole(false)
	r.askWhole(true)
	<-r.wholeDue
	require.True(t, r.askDue.Swap(false))
}
