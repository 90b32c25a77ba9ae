package sentinel

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Two Sentinels that answer in turn, of which one has asked the replica long ago.
func TestReplicaIsWhatItSaidLastToWhicheverSentinel(t *testing.T) {
	now := time.Now()
	says := func(linked bool, answered, asked time.Duration) said {
		return said{
			at: now.Add(-answered), master: "b:1", former: "b:1", epoch: 4,
			replicas: []Replica{{Addr: "c:1", Master: "b:1", Up: true, Linked: linked}},
			asked:    map[string]time.Time{"c:1": now.Add(-asked)},
		}
	}
	for range 2 {
		for _, all := range [][]said{
			{says(true, 0, time.Second), says(false, time.Millisecond, 9*time.Second)},
			{says(true, time.Millisecond, time.Second), says(false, 0, 9*time.Second)},
		} {
			require.True(t, merge(all, now).Replicas[0].Linked)
		}
	}
	older := says(true, 0, 0)
	older.epoch = 3 // it was cut off, and tells of the past
	require.False(t, merge([]said{older, says(false, 0, 9*time.Second)}, now).Replicas[0].Linked)
}
