package report

import (
	"fmt"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	loadtest "example.com/redis-chat/labs/load-test"
)

// kind is all systems' growth in one thing.
type kind struct {
	What   string
	Series []loadtest.Growth
}

// kinds groups the growth series: the things as they come first, within a
// thing the systems in the order of systems.
func kinds(r *loadtest.Report) []kind {
	var out []kind
	order := systems(r)
	for _, g := range r.Growth {
		i := slices.IndexFunc(out, func(k kind) bool { return k.What == g.What })
		if i < 0 {
			i = len(out)
			out = append(out, kind{What: g.What})
		}
		out[i].Series = append(out[i].Series, g)
	}
	for _, k := range out {
		slices.SortStableFunc(k.Series, func(a, b loadtest.Growth) int {
			return slices.Index(order, a.System) - slices.Index(order, b.System)
		})
	}
	return out
}

// picture draws what a delivery costs as one thing grows. Sizes are steps of
// equal width: they usually double, and the question is only whether the line
// stays level.
func (k kind) picture(id string, colors palette) (picture, bool) {
	p := picture{Kind: "growth", Title: "Cost against " + k.What, ID: id,
		Note: "Level is good: a delivery costs the same however many there are."}
	var names []string
	for _, g := range k.Series {
		if !slices.Contains(names, g.System) {
			names = append(names, g.System)
		}
	}
	sizes := k.sizes()
	if len(sizes) == 0 {
		return p, false
	}
	chart := lines(id, names, opts.XAxis{Type: "category", Name: k.What},
		opts.YAxis{Type: "value", Name: "CPU per delivery (µs)", Min: 0})
	chart.SetXAxis(texts(sizes))
	for _, g := range slices.Backward(k.Series) { // ours last: on top
		var data []opts.LineData
		steps := slices.SortedFunc(slices.Values(g.Steps), func(a, b loadtest.GrowthStep) int { return a.Size - b.Size })
		for _, step := range steps {
			if !drawable(step.CPU) {
				continue // nothing was measured
			}
			size := grouped(float64(step.Size))
			data = append(data, point(size, step.CPU, size+" "+k.What,
				fmt.Sprintf("%s %s µs, p99 %s ms", g.System, figure(step.CPU), figure(step.P99))))
		}
		symbols := charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(true), SymbolSize: 9, Symbol: "circle"})
		chart.AddSeries(withoutMarker(g.System), data, append(strokes(g.System, colors[g.System], false), symbols)...)
	}
	return p.snippet(chart), true
}

// sizes is every size that some system was measured at, ascending.
func (k kind) sizes() []int {
	var all []int
	for _, g := range k.Series {
		for _, step := range g.Steps {
			all = append(all, step.Size)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func texts(sizes []int) []string {
	out := make([]string, len(sizes))
	for i, size := range sizes {
		out[i] = grouped(float64(size))
	}
	return out
}
