package chat

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestZeroOptionsWork(t *testing.T) {
	hub, err := NewHub(Options{})
	require.NoError(t, err)
	o := hub.o
	o.Log = nil
	require.Equal(t, Options{
		Node: "chat", MaxMessageBytes: 65536, MaxQueueBytes: 1048576, RatePerSecond: 20, RateBurst: 40, MaxRooms: 100,
		BytesPerSecond: 131072, Shared: SharedRates{PerIP: 600, PerNode: 5000, BytesPerIP: 524288, NewConnsPerIP: 1000, NewConnsPerNode: 2000},
		PingInterval: 25 * time.Second, PongTimeout: time.Minute, WriteTimeout: 30 * time.Second, CloseTimeout: 10 * time.Second,
		linger: time.Second,
	}, o)
}

func TestSmallQueueAloneMakesMessagesSmall(t *testing.T) {
	hub, err := NewHub(Options{MaxQueueBytes: 65536})
	require.NoError(t, err)
	require.Equal(t, 32768-frameOverhead, hub.o.MaxMessageBytes)
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	for want, o := range map[string]Options{
		"MAX_CONNS_PER_IP)": {MaxConnsPerIP: -1},
		"pong timeout":      {PingInterval: time.Minute},
		"MAX_QUEUE_BYTES":   {MaxQueueBytes: 2000},
		"allowed origin":    {AllowedOrigins: []string{"example.com"}},
	} {
		_, err := NewHub(o)
		require.ErrorContains(t, err, want)
		require.Equal(t, err, o.Check())
	}
}
