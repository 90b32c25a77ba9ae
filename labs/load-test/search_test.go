package loadtest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSearchBracketsTheLimit(t *testing.T) {
	for name, c := range map[string]struct{ begin, limit, low, high float64 }{
		"from below":       {begin: 100, limit: 700, low: 400, high: 800},
		"from above":       {begin: 800, limit: 150, low: 100, high: 200},
		"nothing holds":    {begin: 8, limit: 0, low: 0, high: 0},
		"everything holds": {begin: 400, limit: 1e9, low: 1000, high: 1000},
	} {
		t.Run(name, func(t *testing.T) {
			low, high, err := bracket(c.begin, Goal{Highest: 1000, Step: 2}, func(rate float64) (bool, error) { return rate <= c.limit, nil })
			require.NoError(t, err)
			require.Equal(t, c.low, low)
			require.Equal(t, c.high, high)
		})
	}
	_, _, err := bracket(1, Goal{Highest: 10, Step: 2}, func(float64) (bool, error) { return false, errors.New("no") })
	require.EqualError(t, err, "no")
}

func TestRatesAreHeldOnlyByWhatIsWholeAndInTime(t *testing.T) {
	whole := Run{Late: Latency{P99: 49}}
	for name, spoil := range map[string]func(*Run){
		"late":         func(r *Run) { r.Late.P99 = 50 },
		"lost":         func(r *Run) { r.Counts.Lost = 1 },
		"repeated":     func(r *Run) { r.Counts.Repeated = 1 },
		"out of order": func(r *Run) { r.Counts.OutOfOrder = 1 },
		"closed":       func(r *Run) { r.Counts.Closed = 1 },
		"refused":      func(r *Run) { r.Counts.Refused = 1 },
		"failed":       func(r *Run) { r.Failed = "it ended" },
	} {
		r := whole
		_, ok := Goal{P99: 50}.Sustained(&r)
		require.True(t, ok)
		spoil(&r)
		why, ok := Goal{P99: 50}.Sustained(&r)
		require.False(t, ok, name)
		require.NotEmpty(t, why)
	}
}
