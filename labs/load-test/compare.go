package loadtest

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"
)

// The loads of compare.
var (
	shapes    = []Load{{Clients: 100}, {Clients: 500}}
	light     = Load{Clients: 50, Rate: 50, Length: 8 * time.Second}
	firstRate = 250. // where the first search begins, messages a second
)

// Clients at each node: of idle connections, and of as many as a lab with 20,000 descriptors can hold.
const (
	idleClients  = 5000
	crowdClients = 9000
)

// Compare measures all systems in turn, A B C A B C, in so many rounds, and
// makes the table of targets and results. A peer that cannot run here is left
// out, with a sentence in the notes.
//
// Only the measures of those names are taken; nil: all of Measures.
func (l *Lab) Compare(ctx context.Context, peers []System, rounds int, measures []string) error {
	if measures == nil {
		measures = Measures
	}
	m := &comparison{figures: map[figure]float64{}, rounds: rounds, rates: map[string]float64{}}
	var allocations allocations
	defer func() { l.Report.Rows = m.rows(measures, l.Report.Growth, allocations) }() // also of half a comparison
	systems := l.runnableAndOurs(ctx, peers)
	for round := 1; round <= rounds; round++ {
		l.say("round %d of %d", round, rounds)
		// Each round another system is the first: the machine may be in another mood by the last.
		turn := round % len(systems)
		order := append(slices.Clone(systems[turn:]), systems[:turn]...)
		for _, name := range measures {
			measure := m.measure(name)
			if measure == nil {
				continue
			}
			if err := measure(ctx, l, order, round); err != nil {
				return err
			}
		}
	}
	if slices.Contains(measures, "grow") {
		if err := l.Grow(ctx, Ours, rounds); err != nil {
			return err
		}
	}
	if slices.Contains(measures, "allocations") {
		var err error
		if allocations, err = measureAllocations(ctx); err != nil {
			l.note("allocations were not measured: %v", err)
		}
	}
	return nil
}

// Measures are what Compare measures, in this order. The last two are of our system alone, once at the end.
var Measures = []string{"light", "sustained", "busy", "idle", "storm", "rooms", "foreign", "nodes", "slow", "grow", "allocations"}

// measure is what a round does under that name; nil: nothing.
func (m *comparison) measure(name string) func(context.Context, *Lab, []System, int) error {
	return map[string]func(context.Context, *Lab, []System, int) error{
		"light": m.light, "sustained": m.sustained, "busy": m.busy, "idle": m.idle, "storm": m.storm,
		"rooms": m.rooms, "foreign": m.foreign, "nodes": m.nodes, "slow": m.stalled,
	}[name]
}

// stalled measures what a client of ours that reads nothing does to the others.
func (m *comparison) stalled(ctx context.Context, l *Lab, _ []System, round int) error {
	slow, err := l.Slow(ctx, Ours, round)
	if err == nil && l.sound(&slow.With) && l.sound(&slow.Without) {
		m.slow = append(m.slow, slow)
	}
	return err
}

func (l *Lab) note(format string, args ...any) {
	sentence := fmt.Sprintf(format, args...)
	l.Report.Notes = append(l.Report.Notes, sentence)
	l.say("%s", sentence)
}

// comparison is what the rounds found.
type comparison struct {
	figures map[figure]float64
	rounds  int
	rates   map[string]float64 // the highest rates that were sustained in the last round, by shape and system
	slow    []Slow
}

// figure names one measure of one system in one round. A measurement that
// failed has no figure.
type figure struct {
	measure, system string
	round           int
}

// of are the figures of all rounds.
func (m *comparison) of(measure, system string) (all []float64) {
	for round := 1; round <= m.rounds; round++ {
		if f, ok := m.figures[figure{measure, system, round}]; ok {
			all = append(all, f)
		}
	}
	return all
}

// sound reports whether a run may be judged by its figures. If not, it notes why.
func (l *Lab) sound(r *Run) bool {
	why, ok := Goal{P99: math.Inf(1)}.Sustained(r)
	if !ok {
		l.note("%s, %s, round %d does not count: %s", r.System, r.Label, r.Round, why)
	}
	return ok
}

func (m *comparison) light(ctx context.Context, l *Lab, systems []System, round int) error {
	for _, s := range oneRoom(systems) {
		run, err := l.fresh(ctx, s, 2, light, "light load", round)
		if err != nil {
			return err
		}
		if l.sound(&run) {
			m.figures[figure{lightP50, s.Name, round}] = run.Late.P50
			m.figures[figure{lightP99, s.Name, round}] = run.Late.P99
			m.figures[figure{lightCPU, s.Name, round}] = run.CPU
		}
	}
	return nil
}

func (m *comparison) sustained(ctx context.Context, l *Lab, systems []System, round int) error {
	for _, load := range shapes {
		load.Warmup, load.Length = time.Second, 3*time.Second
		for _, s := range oneRoom(systems) {
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
			m.figures[figure{sustained + shape(2, load), s.Name, round}] = best.Deliveries
		}
	}
	return nil
}

// busy puts a rate on all systems: the one that Node.js has just sustained.
func (m *comparison) busy(ctx context.Context, l *Lab, systems []System, round int) error {
	load := shapes[0]
	load.Rate, load.Length = m.rates[NodeJS.Name+shape(2, load)], 5*time.Second
	if load.Rate == 0 {
		load.Rate = 500
		l.note("without node.js, 500 messages a second stand for the rate that saturates it")
	}
	for _, s := range oneRoom(systems) {
		run, err := l.fresh(ctx, s, 2, load, "the rate that saturates node.js", round)
		if err != nil {
			return err
		}
		if l.sound(&run) {
			m.figures[figure{busyCPU, s.Name, round}] = run.CPU
		}
	}
	return nil
}

func (m *comparison) idle(ctx context.Context, l *Lab, systems []System, round int) error {
	for name, idle := range l.crowds(ctx, systems, idleClients, round) {
		m.figures[figure{idleBytes, name, round}] = idle.Resident
		m.figures[figure{connecting, name, round}] = idle.PerSecond
	}
	return nil
}

func (m *comparison) storm(ctx context.Context, l *Lab, systems []System, round int) error {
	for name, idle := range l.crowds(ctx, systems, crowdClients, round) {
		m.figures[figure{crowdBytes, name, round}] = idle.Resident
		if idle.NotBack == "" {
			m.figures[figure{storming, name, round}] = idle.BackPerSecond
		}
	}
	return nil
}

// crowds are the idle connections of each system; where not all of them held there are none.
func (l *Lab) crowds(ctx context.Context, systems []System, clients, round int) iter.Seq2[string, Idle] {
	return func(yield func(string, Idle) bool) {
		for _, s := range oneRoom(systems) {
			idle, err := l.Idle(ctx, s, 2, clients, round)
			switch {
			case err != nil:
				l.note("%s, %d idle connections, round %d: %v", s.Name, 2*clients, round, err)
			case idle.Failed != "":
				l.note("%s, %d idle connections, round %d does not count: %s", s.Name, 2*clients, round, idle.Failed)
			case !yield(s.Name, idle):
				return
			}
		}
	}
}

// pairs are the ratios of ours to a peer's, round by round, and the peer's figures: of the setups of one peer
// the best counts.
func (m *comparison) pairs(t target) (ratios, theirs []float64) {
	for round := 1; round <= m.rounds; round++ {
		best := 0.
		for _, s := range Peers {
			if s.Name != t.peer && s.Of != t.peer {
				continue
			}
			f := m.figures[figure{t.measure, s.Name, round}]
			if f > 0 && (best == 0 || (f > best) == t.atLeast) {
				best = f
			}
		}
		if ours, have := m.figures[figure{t.measure, t.system(), round}]; have && best > 0 {
			ratios, theirs = append(ratios, ours/best), append(theirs, best)
		}
	}
	return ratios, theirs
}
