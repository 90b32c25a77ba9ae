package report

import (
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	loadtest "example.com/redis-chat/labs/load-test"
)

// bar is one system in a comparison.
type bar struct {
	system string
	value  quantity
}

// comparison has our figure and those of the peers in one measure.
type comparison struct {
	measure string
	bars    []bar
}

// comparisons turns the rows of compare into one picture for each measure. A row
// without a peer, or with figures that cannot be laid side by side, gives no
// picture: it is in the table.
func comparisons(r *loadtest.Report) []comparison {
	var out []comparison
	for _, row := range r.Rows {
		mine, ok := parse(row.Ours)
		theirs, peer := parse(row.Theirs)
		if !ok || !peer || row.Against == "" || mine.unit != theirs.unit {
			continue
		}
		i := slices.IndexFunc(out, func(c comparison) bool { return c.measure == row.Measure })
		if i < 0 {
			i = len(out)
			out = append(out, comparison{row.Measure, []bar{{ours, mine}}})
		}
		if out[i].bars[0].value.unit == theirs.unit {
			out[i].bars = append(out[i].bars, bar{row.Against, theirs})
		}
	}
	return out
}

// idleComparisons makes pictures of the crowds themselves, for a report without
// rows about them. Of several sizes the largest counts.
func idleComparisons(r *loadtest.Report) []comparison {
	memory := comparison{measure: "memory of an idle connection"}
	speed := comparison{measure: "connections a second while they come"}
	for _, system := range systems(r) {
		var last *crowd
		for _, c := range crowds(r) {
			if c.System == system && c.Failed == "" && (last == nil || c.size > last.size) {
				last = &c
			}
		}
		if last == nil {
			continue
		}
		memory.bars = append(memory.bars, bar{system, quantity{last.Kibibytes * 1024, "B", figure(last.Kibibytes) + " KiB"}})
		speed.bars = append(speed.bars, bar{system, quantity{last.PerSecond, "connections/s", grouped(last.PerSecond) + " connections/s"}})
	}
	if len(memory.bars) == 0 {
		return nil
	}
	return []comparison{memory, speed}
}

// picture draws a comparison as lying bars: names of systems stay readable, and
// the figure stands at the end of each.
func (c comparison) picture(id string, colors palette) picture {
	p := picture{Kind: "bars", Title: c.measure, ID: id, Note: c.bars[0].value.wanted()}
	unit, scale := axis(c.bars)
	var names []string
	var data []opts.BarData
	for _, b := range slices.Backward(c.bars) { // a lying chart begins below
		weight := "normal"
		if b.system == ours {
			weight = "bold"
		}
		names = append(names, withoutMarker(b.system))
		data = append(data, opts.BarData{
			Name: withoutMarker(b.system), Value: b.value.number / scale,
			ItemStyle: &opts.ItemStyle{Color: colors[b.system]},
			Label: &opts.Label{Show: opts.Bool(true), Position: "right", Formatter: withoutMarker(b.value.in(unit)),
				Color: "var(--ink)", FontSize: 14, FontWeight: weight},
		})
	}
	chart := charts.NewBar()
	chart.SetGlobalOptions(
		size(id, 72+44*len(c.bars)),
		// To the right: room for the figure beyond the longest bar.
		charts.WithGridOpts(opts.Grid{Left: "112px", Right: "96px", Top: "4px", Bottom: "56px"}),
		charts.WithXAxisOpts(opts.XAxis{Type: "value", Name: unit, NameLocation: "middle", NameGap: 30, Min: 0, SplitNumber: 3,
			AxisLabel: &opts.AxisLabel{Formatter: "lab.brief"}}),
		charts.WithYAxisOpts(opts.YAxis{Type: "category", Data: names, AxisLabel: &opts.AxisLabel{}}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(false)}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(false)}),
		charts.WithAnimation(false),
	)
	chart.AddSeries("", data, charts.WithBarChartOpts(opts.BarChart{BarWidth: "62%"}))
	return p.snippet(chart)
}
