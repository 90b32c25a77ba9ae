package report

import (
	"fmt"
	"slices"

	loadtest "example.com/redis-chat/labs/load-test"
)

// line is one line of the table of runs, ready to be shown.
type line struct {
	System     string
	Shape      string // nodes × clients
	Runs       int
	Rate       string // messages a second
	Deliveries string // a second
	Flaws      string // lost/repeated/out of order
	P50, P90   string
	P99, P999  string
	Max        string
	CPU        string // µs per delivery, of the nodes
	Resident   string // MiB, of the nodes
	Cores      string // that the lab itself used
	Marks      string // which remarks belong to it: " [1]"
}

// block is the lines of one label.
type block struct {
	Label string
	Lines []line
}

// remarks are numbered sentences under a table. A sentence that several lines
// need has one number.
type remarks []string

func (r *remarks) mark(sentence string) string {
	sentence = oneLine(sentence) // an error may have several
	i := slices.Index(*r, sentence)
	if i < 0 {
		i = len(*r)
		*r = append(*r, sentence)
	}
	return fmt.Sprintf(" [%d]", i+1)
}

// blocks makes the table of runs: a line for each series, and its remarks.
func blocks(r *loadtest.Report) ([]block, remarks) {
	var out []block
	var notes remarks
	for _, s := range collect(r) {
		if len(out) == 0 || out[len(out)-1].Label != s.label {
			out = append(out, block{Label: s.label})
		}
		b := &out[len(out)-1]
		b.Lines = append(b.Lines, s.line(&notes))
	}
	return out, notes
}

func (s series) line(notes *remarks) line {
	l := line{System: s.system, Runs: len(s.runs), Marks: s.marks(notes)}
	run := s.median()
	if run == nil {
		failed := s.runs[0]
		l.Shape, l.Rate = shape(failed), whole(failed.Load.Rate)
		l.Deliveries, l.Flaws, l.CPU, l.Resident, l.Cores = none, none, none, none, none
		l.P50, l.P90, l.P99, l.P999, l.Max = none, none, none, none, none
		return l
	}
	l.Shape, l.Rate, l.Deliveries = shape(run), whole(run.Load.Rate), grouped(run.Deliveries)
	l.Flaws = fmt.Sprintf("%s/%s/%s", grouped(float64(run.Counts.Lost)), grouped(float64(run.Counts.Repeated)), grouped(float64(run.Counts.OutOfOrder)))
	l.P50, l.P90, l.P99 = figure(run.Late.P50), figure(run.Late.P90), figure(run.Late.P99)
	l.P999, l.Max = figure(run.Late.P999), figure(run.Late.Max)
	l.CPU, l.Resident, l.Cores = figure(run.CPU), mebibytes(resident(run)), figure(run.Generator.Cores)
	if run.Missed != "" {
		l.Marks += notes.mark("not sustained: " + run.Missed)
	}
	if others := s.flawsBeside(run); others != "" {
		l.Marks += notes.mark("in other rounds: " + others)
	}
	if run.Generator.Bottleneck != "" {
		l.Marks += notes.mark("the lab was the limit, not the system: " + run.Generator.Bottleneck)
	}
	return l
}

// flawsBeside says what was lost, repeated or out of order in other rounds than
// the one that is shown. The steps of a search that were too high are no rounds.
func (s series) flawsBeside(shown *loadtest.Run) string {
	var lost, repeated, swapped int64
	for _, run := range s.runs {
		if run != shown && run.Missed == "" && run.Failed == "" {
			lost, repeated, swapped = lost+run.Counts.Lost, repeated+run.Counts.Repeated, swapped+run.Counts.OutOfOrder
		}
	}
	if lost+repeated+swapped == 0 {
		return ""
	}
	return fmt.Sprintf("%d lost, %d repeated, %d out of order", lost, repeated, swapped)
}

// marks says how many runs of a series gave no result, and why the first did not.
func (s series) marks(notes *remarks) string {
	failed := 0
	why := ""
	for _, run := range s.runs {
		if run.Failed == "" {
			continue
		}
		if failed++; failed == 1 {
			why = run.Failed
		}
	}
	switch {
	case failed == 0:
		return ""
	case len(s.runs) == 1:
		return notes.mark("no result: " + why)
	case failed == 1:
		return notes.mark(fmt.Sprintf("1 of %d runs gave no result: %s", len(s.runs), why))
	default:
		return notes.mark(fmt.Sprintf("%d of %d runs gave no result, the first: %s", failed, len(s.runs), why))
	}
}

func shape(run *loadtest.Run) string {
	return fmt.Sprintf("%d × %s", run.Nodes, grouped(float64(run.Load.Clients)))
}

// resident is the memory of the nodes: Servers lists them before Redis.
func resident(run *loadtest.Run) uint64 {
	var sum uint64
	for _, server := range run.Servers[:min(run.Nodes, len(run.Servers))] {
		sum += server.Resident
	}
	return sum
}
