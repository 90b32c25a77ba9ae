package loadtest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// The measures of compare.
const (
	sustained  = "sustained deliveries/s, p99 < 50 ms, " // and the shape
	busyCPU    = "CPU per delivery at the rate that saturates Node.js"
	lightP50   = "light load: p50"
	lightP99   = "light load: p99"
	lightCPU   = "light load: CPU per delivery"
	idleBytes  = "resident memory of an idle connection"
	connecting = "new connections/s until welcome"
	crowdBytes = "resident memory of an idle connection, of 18,000"
	storming   = "18,000 leave at once: connections/s until all are back"
)

// target is what a measure must reach against one system, or, without one,
// absolutely.
type target struct {
	measure string
	ours    string // which setup of ours; "": the usual one
	peer    string
	bound   float64 // of the ratio ours : theirs, or of our figure
	atLeast bool    // else at most
	show    func(float64) string
}

// system is ours.
func (t *target) system() string { return cmp.Or(t.ours, Ours.Name) }

func count(n float64) string  { return fmt.Sprintf("%.0f /s", n) }
func plain(n float64) string  { return fmt.Sprintf("%.0f", n) }
func times(n float64) string  { return fmt.Sprintf("%.2f ×", n) }
func ms(n float64) string     { return fmt.Sprintf("%.2f ms", n) }
func micros(n float64) string { return fmt.Sprintf("%.2f µs", n) }
func kib(n float64) string    { return fmt.Sprintf("%.1f KiB", n/1024) }

// targets are the ratios that a comparison must reach, by the measure of Measures that they are judged by.
var targets = map[string][]target{
	"light": {
		{lightP50, "", NodeJS.Name, 0.5, false, ms},
		{lightP50, "", Centrifuge.Name, 1, false, ms},
		{lightP50, "", SocketIOGo.Name, 1, false, ms},
		{lightP99, "", NodeJS.Name, 0.5, false, ms},
		{lightP99, "", Centrifuge.Name, 1, false, ms},
		{lightP99, "", SocketIOGo.Name, 1, false, ms},
		{lightCPU, "", NodeJS.Name, 0.5, false, micros},
		{lightCPU, "", Centrifuge.Name, 1, false, micros},
		{lightCPU, "", SocketIOGo.Name, 1, false, micros},
	},
	"sustained": {
		{sustained + "2 × 100", "", NodeJS.Name, 8, true, count},
		{sustained + "2 × 100", "", Centrifuge.Name, 1.2, true, count},
		{sustained + "2 × 100", "", SocketIOGo.Name, 1, true, count},
		{sustained + "2 × 500", "", NodeJS.Name, 5, true, count},
		{sustained + "2 × 500", "", Centrifuge.Name, 1.5, true, count},
		{sustained + "2 × 500", "", SocketIOGo.Name, 1, true, count},
	},
	"busy": {
		{busyCPU, "", NodeJS.Name, 0.25, false, micros},
		{busyCPU, "", Centrifuge.Name, 0.8, false, micros},
		{busyCPU, "", SocketIOGo.Name, 1, false, micros},
		{busyCPU, "", Ceiling.Name, 1.33, false, micros},
	},
	"idle": {
		{idleBytes, "", "", 8 << 10, false, kib},
		{idleBytes, "", NodeJS.Name, 1, false, kib},
		{idleBytes, "", Centrifuge.Name, 1, false, kib},
		{idleBytes, "", SocketIOGo.Name, 1, false, kib},
		{idleBytes, "", Ceiling.Name, 1, false, kib},
		{connecting, "", NodeJS.Name, 3, true, count},
		{connecting, "", Centrifuge.Name, 1, true, count},
		{connecting, "", SocketIOGo.Name, 1, true, count},
	},
	"storm": {
		{crowdBytes, "", NodeJS.Name, 1, false, kib},
		{crowdBytes, "", Centrifuge.Name, 1, false, kib},
		{crowdBytes, "", SocketIOGo.Name, 1, false, kib},
		{storming, "", NodeJS.Name, 1, true, count},
		{storming, "", Centrifuge.Name, 1, true, count},
		{storming, "", SocketIOGo.Name, 1, true, count},
	},
	"rooms": {
		{roomsFit, "", NodeJS.Name, 1, true, plain},
		{roomsFit, "", Centrifuge.Name, 1, true, plain},
		{roomsFit, "", SocketIOGo.Name, 1, true, plain},
		{roomsCPU, "", NodeJS.Name, 1, false, micros},
		{roomsCPU, "", Centrifuge.Name, 1, false, micros},
		{roomsCPU, "", SocketIOGo.Name, 1, false, micros},
		{roomsCPU, "", Ceiling.Name, 2, false, micros},
	},
	"foreign": {
		{foreignCPU, "", NodeJS.Name, 1, false, micros},
		{foreignCPU, "", Centrifuge.Name, 1, false, micros},
		{foreignCPU, "", SocketIOGo.Name, 1, false, micros},
		{foreignCPU, Lanes.Name, NodeJS.Name, 1, false, micros},
		{foreignCPU, Lanes.Name, Centrifuge.Name, 1, false, micros},
		{foreignCPU, Lanes.Name, SocketIOGo.Name, 1, false, micros},
	},
	"nodes": {
		{nodesCPU, "", NodeJS.Name, 1, false, times},
		{nodesCPU, "", Centrifuge.Name, 1, false, times},
		{nodesCPU, "", SocketIOGo.Name, 1, false, times},
	},
}

// rows is the table of compare.
func (m *comparison) rows(measures []string, grown []Growth, a allocations) (rows []Row) {
	for _, name := range measures {
		for _, t := range targets[name] {
			rows = append(rows, m.row(t))
		}
		switch name {
		case "slow":
			rows = append(rows, m.slowRows()...)
		case "grow":
			rows = append(rows, grownRows(grown)...)
		case "allocations":
			rows = append(rows, a.rows()...)
		}
	}
	return rows
}

func grownRows(grown []Growth) (rows []Row) {
	for _, g := range grown {
		first, last := g.Steps[0], g.Steps[len(g.Steps)-1]
		rows = append(rows, single(fmt.Sprintf("CPU per delivery, %d ÷ %d %s", last.Size, first.Size, g.What),
			micros(last.CPU)+" ÷ "+micros(first.CPU), []float64{last.CPU / first.CPU}, 1.25, "≤ 1.25"))
	}
	return rows
}

func (a allocations) rows() []Row {
	if !a.measured {
		return nil
	}
	return []Row{
		single("allocations per delivery", fmt.Sprintf("%.3f", a.perDelivery), []float64{a.perDelivery}, 0.02, "≤ 0.02"),
		single("allocations per message, its whole way", fmt.Sprintf("%.1f", a.perMessage), []float64{a.perMessage}, 20, "≤ 20"),
	}
}

func (m *comparison) row(t target) Row {
	ours := m.of(t.measure, t.system())
	r := Row{Measure: t.measure, Against: t.peer, Ours: t.show(median(ours))}
	if t.ours != "" {
		r.Measure += ", " + t.ours
	}
	sign := "≤"
	if t.atLeast {
		sign = "≥"
	}
	ratios := ours
	if r.Target = sign + " " + t.show(t.bound); t.peer != "" {
		var theirs []float64
		ratios, theirs = m.pairs(t)
		r.Theirs = t.show(median(theirs))
		r.Target = fmt.Sprintf("%s %g ×", sign, t.bound)
	}
	if len(ratios) == 0 {
		r.Ours, r.Theirs, r.Verdict = "", "", "not measured"
		return r
	}
	r.Ratio, r.Lowest, r.Highest = median(ratios), slices.Min(ratios), slices.Max(ratios)
	r.Verdict = verdictOf(r.Ratio >= t.bound == t.atLeast || r.Ratio == t.bound)
	return r
}

// single is a row without a peer: at most so much.
func single(measure, ours string, figures []float64, bound float64, target string) Row {
	r := Row{Measure: measure, Ours: ours, Target: target, Verdict: "not measured"}
	if len(figures) > 0 {
		r.Ratio, r.Lowest, r.Highest = median(figures), slices.Min(figures), slices.Max(figures)
		r.Verdict = verdictOf(r.Ratio <= bound)
	}
	return r
}

func verdictOf(reached bool) string {
	if reached {
		return "pass"
	}
	return "short"
}

func (m *comparison) slowRows() []Row {
	var p99, grew []float64
	closed := 0
	for _, s := range m.slow {
		p99 = append(p99, s.With.Late.P99/s.Without.Late.P99)
		grew = append(grew, math.Max(s.Growth, 0))
		if s.closedTooSlow() {
			closed++
		}
	}
	with := medianOf(m.slow, func(s Slow) float64 { return s.With.Late.P99 })
	without := medianOf(m.slow, func(s Slow) float64 { return s.Without.Late.P99 })
	return []Row{
		single("one that reads nothing among 500: the others' p99, with ÷ without", ms(with)+" ÷ "+ms(without), p99, 1.1, "≤ 1.1"),
		single("one that reads nothing: not closed with 1013, of its runs", fmt.Sprintf("%d of %d", len(m.slow)-closed, len(m.slow)),
			[]float64{float64(len(m.slow) - closed)}, 0, "0"),
		single("one that reads nothing: its node's memory grows by", kib(median(grew)), grew, queueLimit, "≤ "+kib(queueLimit)),
	}
}

// queueLimit is what may wait for one client of our node (MAX_QUEUE_BYTES).
const queueLimit = 1 << 20
