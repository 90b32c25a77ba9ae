package report

import (
	"testing"

	"github.com/stretchr/testify/require"

	loadtest "example.com/redis-chat/labs/load-test"
)

// at is a run at a rate with a p99 and a number of deliveries.
func at(round int, rate, p99, deliveries float64) *loadtest.Run {
	return &loadtest.Run{Round: round, Load: loadtest.Load{Rate: rate}, Late: loadtest.Latency{P99: p99}, Deliveries: deliveries}
}

func failed(run *loadtest.Run) *loadtest.Run {
	run.Failed = "it ended"
	return run
}

func losing(run *loadtest.Run) *loadtest.Run {
	run.Counts.Lost = 1
	return run
}

func TestTheMedianRoundStandsForASeries(t *testing.T) {
	for name, c := range map[string]struct {
		runs []*loadtest.Run
		p99  float64
		rate float64
	}{
		"one run":                          {[]*loadtest.Run{at(0, 10, 5, 100)}, 5, 10},
		"three rounds":                     {[]*loadtest.Run{at(1, 10, 9, 1), at(2, 10, 1, 2), at(3, 10, 4, 3)}, 4, 10},
		"of two the worse":                 {[]*loadtest.Run{at(1, 10, 9, 1), at(2, 10, 1, 2)}, 9, 10},
		"repetitions without a round":      {[]*loadtest.Run{at(0, 10, 9, 1), at(0, 10, 1, 2), at(0, 10, 4, 3)}, 4, 10},
		"a failed round does not count":    {[]*loadtest.Run{at(1, 10, 3, 1), failed(at(2, 10, 0, 0)), at(3, 10, 2, 1)}, 3, 10},
		"a search is its best step":        {[]*loadtest.Run{at(0, 10, 1, 10), at(0, 40, 3, 40), failed(at(0, 80, 9, 60)), at(0, 20, 2, 20)}, 3, 40},
		"a step that loses is not best":    {[]*loadtest.Run{at(1, 10, 1, 10), missed(losing(at(1, 20, 2, 20)))}, 1, 10},
		"nor is one that is late":          {[]*loadtest.Run{at(1, 10, 1, 10), missed(at(1, 20, 60, 20))}, 1, 10},
		"searches: the median best":        {[]*loadtest.Run{at(1, 10, 1, 10), at(1, 20, 2, 20), at(2, 10, 3, 10), at(3, 10, 4, 10), at(3, 40, 5, 40)}, 2, 20},
		"a loss is better than no figures": {[]*loadtest.Run{losing(at(0, 10, 7, 10))}, 7, 10},
	} {
		t.Run(name, func(t *testing.T) {
			run := series{runs: c.runs}.median()
			require.NotNil(t, run)
			require.Equal(t, c.p99, run.Late.P99)
			require.Equal(t, c.rate, run.Load.Rate)
		})
	}
	require.Nil(t, series{runs: []*loadtest.Run{failed(at(0, 1, 1, 1))}}.median())
}

func TestOursComesFirstAndTheCeilingLast(t *testing.T) {
	require.Equal(t, []string{ours, "node.js", "centrifuge", ceiling}, systems(sample()))
}

func TestACrowdIsTheMedianOfItsRounds(t *testing.T) {
	all := crowds(&loadtest.Report{Idle: []loadtest.Idle{
		{System: ours, Round: 1, Connections: 100, Resident: 4096, PerSecond: 30, BackPerSecond: 5},
		{System: ours, Round: 2, Connections: 100, Resident: 1024, PerSecond: 10, BackPerSecond: 7},
		{System: ours, Round: 3, Connections: 100, Resident: 2048, PerSecond: 90, BackPerSecond: 9},
		{System: ours, Round: 4, Connections: 100, Failed: "it ended"},
		{System: ours, Round: 1, Connections: 200, Failed: "too many"},
	}})
	require.Len(t, all, 2)
	require.Equal(t, crowd{System: ours, Connections: "100", Rounds: 4, PerSecond: 30, Back: 7, Kibibytes: 2, size: 100}, all[0])
	require.Equal(t, "too many", all[1].Failed)
}

func TestAFigureIsReadWithItsUnit(t *testing.T) {
	for text, want := range map[string]quantity{
		"0.84 ms":                 {0.84e-3, "s", ""},
		"1.2 s":                   {1.2, "s", ""},
		"6 KiB":                   {6144, "B", ""},
		"6.5 KiB per connection":  {6656, "B per connection", ""},
		"112,000 deliveries/s":    {112000, "deliveries/s", ""},
		"1 112 000 deliveries/s":  {1112000, "deliveries/s", ""},
		"112\u202f000 messages/s": {112000, "messages/s", ""},
		"42":                      {42, "", ""},
	} {
		got, ok := parse(text)
		require.True(t, ok, text)
		require.InEpsilon(t, want.number, got.number, 1e-9, text)
		require.Equal(t, want.unit, got.unit, text)
	}
	for _, text := range []string{"", "not measured", "≥ 8 ×"} {
		_, ok := parse(text)
		require.False(t, ok, text)
	}
}

func TestFiguresHaveThreeDigits(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.0123: "0.012", 0.5: "0.50", 9.996: "10.0", 12.34: "12.3", 99.96: "100", 1234.5: "1,234", 1234567: "1,234,567", -1500: "-1,500",
	} {
		require.Equal(t, want, figure(v))
	}
}

func missed(run *loadtest.Run) *loadtest.Run {
	run.Missed = "not what the search wants"
	return run
}
