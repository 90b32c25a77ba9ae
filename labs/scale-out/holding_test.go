package scaleout

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsHeldOfALaneHasALimit(t *testing.T) {
	m := newMoved(t)
	m.brings(0, m.says(0, soonB))
	r := m.sets[1].carrier.receiver
	r.limit = 10_000
	for i := range 1000 {
		require.Empty(t, m.brings(1, m.message(uint64(i+1))))
		require.LessOrEqual(t, r.bytes, r.limit)
	}
	m.brings(0, m.says(0, toB))
	handed := m.brings(1)
	require.NotEmpty(t, handed, "the last ones")
	require.Less(t, len(handed), 100)
	require.Equal(t, m.message(1000), handed[len(handed)-1])
	require.Zero(t, r.bytes)
}
