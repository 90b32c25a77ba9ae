package loadtest

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// The loads of compare.
var (
	shapes    = []Load{{Clients: 100}, {Clients: 500}}
	light     = Load{Clients: 50, Rate: 50, Length: 8 * time.Second}
	firstRate = 250. // where the first search begins, messages a second
)

const idleClients = 5000 // at each node

// Compare measures all systems in turn, A B C A B C, in so many rounds, and
// makes the table of what was to be reached. A peer that cannot run here is left
// out, with a sentence in the notes.
func (l *Lab) Compare(ctx context.Context, peers []System, rounds int) error {
	m := &comparison{figures: map[string]map[string][]float64{}, rates: map[string]float64{}}
	systems := l.present(ctx, peers)
	for round := 1; round <= rounds; round++ {
		l.say("round %d of %d", round, rounds)
		for _, step := range []func(context.Context, *Lab, []System, int) error{m.light, m.sustained, m.busy, m.idle} {
			if err := step(ctx, l, systems, round); err != nil {
				return err
			}
		}
		slow, err := l.Slow(ctx, Ours, round)
		if err != nil {
			return err
		}
		m.slow = append(m.slow, slow)
	}
	if err := l.Grow(ctx, Ours, rounds); err != nil {
		return err
	}
	allocations, err := measureAllocations(ctx)
	if err != nil {
		l.note("allocations were not measured: %v", err)
	}
	l.Report.Rows = m.rows(l.Report.Growth, allocations)
	return nil
}

func (l *Lab) note(format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	l.Report.Notes = append(l.Report.Notes, sentence)
	l.say("%s", sentence)
}

// comparison is what the rounds found: by measure and system, a figure a round.
type comparison struct {
	figures map[string]map[string][]float64
	rates   map[string]float64 // the highest that were sustained last, by shape and system
	slow    []Slow
}

func (m *comparison) add(measure, system string, figure float64) {
	if m.figures[measure] == nil {
		m.figures[measure] = map[string][]float64{}
	}
	m.figures[measure][system] = append(m.figures[measure][system], figure)
}

func (m *comparison) light(ctx context.Context, l *Lab, systems []System, round int) error {
	for _, s := range systems {
		run, err := l.fresh(ctx, s, 2, light, "light load", round)
		if err != nil {
			return err
		}
		m.add(lightP50, s.Name, run.Late.P50)
		m.add(lightP99, s.Name, run.Late.P99)
		m.add(lightCPU, s.Name, run.CPU)
	}
	return nil
}

func (m *comparison) sustained(ctx context.Context, l *Lab, systems []System, round int) error {
	for _, load := range shapes {
		load.Warmup, load.Length = time.Second, 3*time.Second
		for _, s := range systems {
			key := s.Name + shape(2, load)
			load.Rate = firstRate
			goal := Goal{}
			if before := m.rates[key]; before > 0 {
				load.Rate, goal.Step = 0.8*before, 1.4
			}
			best, err := l.Search(ctx, s, 2, load, goal, round)
			if err != nil {
				return err
			}
			m.rates[key] = best.Load.Rate
			m.add(sustained+shape(2, load), s.Name, best.Deliveries)
			if best.Generator.Bottleneck != "" {
				l.note("%s, %s, round %d: the lab was the limit: %s", s.Name, best.Label, round, best.Generator.Bottleneck)
			}
		}
	}
	return nil
}

// busy puts on all systems the rate that Node.js has just been found to sustain.
func (m *comparison) busy(ctx context.Context, l *Lab, systems []System, round int) error {
	load := shapes[0]
	load.Rate, load.Length = m.rates[NodeJS.Name+shape(2, load)], 5*time.Second
	if load.Rate == 0 {
		load.Rate = 500 // without Node.js there is still the ceiling to compare with
	}
	for _, s := range systems {
		run, err := l.fresh(ctx, s, 2, load, "the rate that saturates node.js", round)
		if err != nil {
			return err
		}
		m.add(busyCPU, s.Name, run.CPU)
	}
	return nil
}

func (m *comparison) idle(ctx context.Context, l *Lab, systems []System, round int) error {
	for _, s := range systems {
		idle, err := l.Idle(ctx, s, 2, idleClients, round)
		if err != nil {
			l.note("%s, idle connections, round %d: %v", s.Name, round, err)
			continue
		}
		m.add(idleBytes, s.Name, idle.Resident)
		m.add(connecting, s.Name, idle.PerSecond)
	}
	return nil
}

// pairs are the ratios of ours to a peer's, round by round.
func (m *comparison) pairs(measure, peer string) []float64 {
	ours, theirs := m.figures[measure][Ours.Name], m.figures[measure][peer]
	var ratios []float64
	for i := range min(len(ours), len(theirs)) {
		if theirs[i] > 0 {
			ratios = append(ratios, ours[i]/theirs[i])
		}
	}
	return slices.Clip(ratios)
}
