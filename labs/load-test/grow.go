package loadtest

import (
	"context"
	"fmt"
	"time"
)

// growth is a series in which one thing grows and the work does not: so many
// deliveries a second, whatever the size.
type growth struct {
	what       string
	sizes      []int
	deliveries float64 // a second: of all nodes together, or of each
	shape      func(size int) (nodes int, load Load)
}

// The series. In a room of n a message makes n-1 deliveries.
var growths = []growth{
	{"connections in a room", []int{100, 500, 1000, 5000}, 40_000, func(n int) (int, Load) {
		return 2, Load{Clients: n / 2, Rate: 1 / float64(n-1)}
	}},
	// At one node: at two, a room of five would be split between them.
	{"rooms of 5", []int{1, 10, 100, 1000}, 4_000, func(n int) (int, Load) {
		return 1, Load{Clients: 5 * n, Rooms: n, Senders: n, Rate: 1. / 4}
	}},
	{"nodes of 100 connections", []int{1, 2, 3, 4}, 10_000, func(n int) (int, Load) {
		return n, Load{Clients: 100, Rate: float64(n) / float64(100*n-1)}
	}},
}

// Grow measures what a delivery costs as connections, rooms and nodes grow, in
// so many rounds.
func (l *Lab) Grow(ctx context.Context, s System, rounds int) error {
	for _, g := range growths {
		steps := make([][]Run, len(g.sizes))
		for round := range rounds {
			for i, size := range g.sizes {
				nodes, load := g.shape(size)
				load.Rate *= g.deliveries
				load.Warmup, load.Length = 3*time.Second, 4*time.Second // presence has been told after two
				run, err := l.fresh(ctx, s, nodes, load, fmt.Sprintf("%d %s", size, g.what), round+1)
				if err != nil {
					return err
				}
				steps[i] = append(steps[i], run)
			}
		}
		series := Growth{System: s.Name, What: g.what}
		for i, runs := range steps {
			series.Steps = append(series.Steps, GrowthStep{
				Size:       g.sizes[i],
				Deliveries: medianOf(runs, func(r Run) float64 { return r.Deliveries }),
				CPU:        medianOf(runs, func(r Run) float64 { return r.CPU }),
				P99:        medianOf(runs, func(r Run) float64 { return r.Late.P99 }),
			})
		}
		l.Report.Growth = append(l.Report.Growth, series)
	}
	return nil
}
