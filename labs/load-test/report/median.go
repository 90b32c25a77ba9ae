package report

import (
	"cmp"
	"slices"

	loadtest "example.com/redis-chat/labs/load-test"
)

// series is all runs of one system under one label: the rounds of a
// comparison, the steps of a search, or a single run.
type series struct {
	label  string
	system string
	runs   []*loadtest.Run
}

// collect groups the runs of a report: labels as they come first, within a
// label the systems in the order of systems.
func collect(r *loadtest.Report) []series {
	var labels []string
	all := make(map[string]map[string]*series)
	for i := range r.Runs {
		run := &r.Runs[i]
		if all[run.Label] == nil {
			all[run.Label] = make(map[string]*series)
			labels = append(labels, run.Label)
		}
		s := all[run.Label][run.System]
		if s == nil {
			s = &series{label: run.Label, system: run.System}
			all[run.Label][run.System] = s
		}
		s.runs = append(s.runs, run)
	}
	order := systems(r)
	if slices.ContainsFunc(r.Runs, func(run loadtest.Run) bool { return run.System == "" }) {
		order = append(order, "")
	}
	var out []series
	for _, label := range labels {
		for _, system := range order {
			if s := all[label][system]; s != nil {
				out = append(out, *s)
			}
		}
	}
	return out
}

// median is the run that stands for the series: a whole run and not a median
// of each figure, so that its figures belong together and to its curve. It is
// nil when no run gave a result. Of an even number it is the worse of the
// middle two: nothing is flattered.
func (s series) median() *loadtest.Run {
	var rounds []*loadtest.Run
	for _, steps := range s.byRound() {
		if best := best(steps); best != nil {
			rounds = append(rounds, best)
		}
	}
	if len(rounds) == 0 {
		return nil
	}
	// At a given rate latency is the result; in a search the rate is.
	worse := func(a, b *loadtest.Run) int { return cmp.Compare(a.Late.P99, b.Late.P99) }
	if s.searched() {
		worse = func(a, b *loadtest.Run) int { return cmp.Compare(b.Deliveries, a.Deliveries) }
	}
	slices.SortStableFunc(rounds, worse)
	return rounds[len(rounds)/2]
}

// byRound splits the runs. Without rounds, runs of the same load are
// repetitions, each a round of its own.
func (s series) byRound() [][]*loadtest.Run {
	repeated := !s.searched()
	var rounds [][]*loadtest.Run
	at := make(map[int]int) // round → its place in rounds
	for _, run := range s.runs {
		i, known := at[run.Round]
		if !known || (repeated && run.Round == 0) {
			i = len(rounds)
			at[run.Round] = i
			rounds = append(rounds, nil)
		}
		rounds[i] = append(rounds[i], run)
	}
	return rounds
}

// best is the step of a search that counts: the most deliveries of those
// without a flaw; one with a flaw only when there is no other.
func best(steps []*loadtest.Run) *loadtest.Run {
	var top *loadtest.Run
	for _, run := range steps {
		if run.Failed != "" {
			continue
		}
		if top == nil || better(run, top) {
			top = run
		}
	}
	return top
}

func better(a, b *loadtest.Run) bool {
	if kept := a.Missed == ""; kept != (b.Missed == "") {
		return kept // what the search wants
	}
	return a.Deliveries > b.Deliveries
}

// searched tells whether the runs were of different rates.
func (s series) searched() bool {
	return slices.ContainsFunc(s.runs, func(run *loadtest.Run) bool { return run.Load.Rate != s.runs[0].Load.Rate })
}

// middle is the median of values, the mean of the middle two when they are even.
func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
