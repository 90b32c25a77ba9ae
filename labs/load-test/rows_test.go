package loadtest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func rowOf(t *testing.T, rows []Row, measure, peer string) Row {
	t.Helper()
	for _, r := range rows {
		if r.Measure == measure && r.Against == peer {
			return r
		}
	}
	require.Fail(t, "no row "+measure+" "+peer)
	return Row{}
}

func TestRowsAreMediansOfPairs(t *testing.T) {
	m := &comparison{figures: map[figure]float64{}, rounds: 4}
	for i, ours := range []float64{800, 900, 100} {
		round := i + 1
		m.figures[figure{sustained + "2 × 100", Ours.Name, round}] = ours
		m.figures[figure{sustained + "2 × 100", NodeJS.Name, round}] = []float64{100, 100, 10}[i] // 8, 9, 10 times
		m.figures[figure{lightP99, Ours.Name, round}] = 3
		m.figures[figure{lightP99, NodeJS.Name, round}] = 4
		m.figures[figure{idleBytes, Ours.Name, round}] = 7000
	}
	m.figures[figure{sustained + "2 × 100", NodeJS.Name, 4}] = 1 // ours failed in that round: there is no pair
	rows := m.rows(Measures, []Growth{{What: "nodes", Steps: []GrowthStep{{Size: 1, CPU: 8}, {Size: 4, CPU: 10.4}}}}, allocations{measured: true, perMessage: 21})

	r := rowOf(t, rows, sustained+"2 × 100", NodeJS.Name)
	require.Equal(t, 9., r.Ratio, "the median of the ratios, not the ratio of the medians")
	require.Equal(t, "pass", r.Verdict)
	require.Equal(t, []float64{8, 10}, []float64{r.Lowest, r.Highest})
	require.Equal(t, "short", rowOf(t, rows, lightP99, NodeJS.Name).Verdict)
	require.Equal(t, "pass", rowOf(t, rows, idleBytes, "").Verdict)
	require.Equal(t, "not measured", rowOf(t, rows, idleBytes, Ceiling.Name).Verdict)
	require.Equal(t, "short", rowOf(t, rows, "CPU per delivery, 4 ÷ 1 nodes", "").Verdict)
	require.Equal(t, "pass", rowOf(t, rows, "allocations per delivery", "").Verdict)
	require.Equal(t, "short", rowOf(t, rows, "allocations per message, its whole way", "").Verdict)
}

// The one that is better in a round, which is the higher figure of some measures and the lower of others.
func TestPeerIsMeasuredAtItsBest(t *testing.T) {
	m := &comparison{figures: map[figure]float64{}, rounds: 2}
	for i, plain := range []float64{100, 300} {
		for _, measure := range []string{roomsFit, roomsCPU} {
			m.figures[figure{measure, Ours.Name, i + 1}] = 600
			m.figures[figure{measure, Centrifuge.Name, i + 1}] = plain
			m.figures[figure{measure, Tuned.Name, i + 1}] = 200
		}
	}
	rows := m.rows([]string{"rooms"}, nil, allocations{})
	require.Len(t, rows, len(targets["rooms"]), "and no rows of what was not asked for")
	fit, cpu := rowOf(t, rows, roomsFit, Centrifuge.Name), rowOf(t, rows, roomsCPU, Centrifuge.Name)
	require.Equal(t, []float64{2, 3}, []float64{fit.Lowest, fit.Highest}, "of 200 and 300")
	require.Equal(t, []float64{3, 6}, []float64{cpu.Lowest, cpu.Highest}, "of 100 and 200")
	require.Equal(t, []string{"pass", "short"}, []string{fit.Verdict, cpu.Verdict})
	require.Equal(t, "250", fit.Theirs)
}

func TestSmallRoomsAreOfSixAtAnyRate(t *testing.T) {
	for _, nodes := range []int{1, 2, 4, 8} {
		for _, rate := range []float64{0.5, 400, 1001, 20_000} {
			load := smallRooms(nodes, rate).withDefaults()
			require.NoError(t, load.check(nodes))
			require.Equal(t, roomOf*load.Rooms, nodes*load.Clients)
			require.EqualValues(t, perRoom*load.Rooms, load.Rate)
			crowd, err := gather(nodes, Chat{}, load)
			require.NoError(t, err)
			crowd.close()
			require.Len(t, crowd.senders, load.Rooms, "one in each room")
		}
	}
}
