package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	loadtest "example.com/redis-chat/labs/load-test"
)

// percentiles draws latency by percentile. The x axis is the logarithm of
// 1/(1-p): each nine has the same width, so the tail, where chat hurts, is not
// squeezed into the last pixel.
func percentiles(id, label string, all []series, colors palette) (picture, bool) {
	p := picture{Kind: "percentiles", Title: "Latency by percentile: " + label, Wide: true, ID: id,
		Note: "Both axes are logarithmic. Lower is better; a line that stays flat to the right has no tail."}
	far := 3.0 // at least to 99.9 %
	var names []string
	var data [][]opts.LineData
	for _, s := range all {
		points := curve(s.system, s.median())
		if len(points) == 0 {
			continue
		}
		names, data = append(names, s.system), append(data, points)
		last := points[len(points)-1].Value.([]any)
		far = max(far, last[0].(float64))
	}
	if len(names) == 0 {
		return p, false
	}
	chart := lines(id, names,
		opts.XAxis{Type: "value", Name: "percentile (% of deliveries that came at least as fast)", NameGap: 38, Min: 0, Max: far,
			AxisLabel: &opts.AxisLabel{Show: opts.Bool(false)}, AxisTick: &opts.AxisTick{Show: opts.Bool(false)}, SplitLine: &opts.SplitLine{Show: opts.Bool(false)}},
		opts.YAxis{Type: "log", Name: "latency (ms)"})
	chart.SetGlobalOptions(size(id, 460))
	for i, name := range slices.Backward(names) { // ours last: on top
		options := append(strokes(name, colors[name], false), charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false)}))
		chart.AddSeries(withoutMarker(name), data[i], options...)
	}
	nines(chart, far)
	return p.snippet(chart), true
}

func curve(system string, run *loadtest.Run) []opts.LineData {
	if run == nil {
		return nil
	}
	var points []opts.LineData
	for _, c := range run.Curve {
		if !drawable(c.Millis) || c.Percentile < 0 || c.Percentile >= 100 {
			continue // 100 % is infinitely far to the right; it is in the table as max
		}
		// Rounded down: 99.99999 is not 100.
		head := strconv.FormatFloat(math.Floor(c.Percentile*1e4+1e-6)/1e4, 'f', -1, 64) + " %"
		points = append(points, point(nine(c.Percentile), c.Millis, head, fmt.Sprintf("%s %s ms", system, figure(c.Millis))))
	}
	return points
}

// nine is the place of a percentile on the axis: 90 is 1, 99 is 2, 99.9 is 3. It
// is rounded to less than a pixel.
func nine(percentile float64) float64 {
	return math.Abs(math.Round(1e4*math.Log10(1-percentile/100))) / 1e4
}

// nines puts the ticks: no kind of axis has one at 50 % and at each nine, so
// they are lines of a series that has no data of its own.
func nines(chart *charts.Line, far float64) {
	var ticks []opts.MarkLineNameXAxisItem
	for _, tick := range []string{"50", "90", "99", "99.9", "99.99", "99.999", "99.9999"} {
		value, _ := strconv.ParseFloat(tick, 64)
		if x := nine(value); x <= far {
			ticks = append(ticks, opts.MarkLineNameXAxisItem{Name: tick + " %", XAxis: x})
		}
	}
	chart.AddSeries("", []opts.LineData{},
		charts.WithMarkLineNameXAxisItemOpts(ticks...),
		charts.WithMarkLineStyleOpts(opts.MarkLineStyle{
			Symbol:    []string{"none", "none"},
			Label:     &opts.Label{Show: opts.Bool(true), Position: "start", Formatter: "{b}", Color: "var(--soft)", FontSize: 14},
			LineStyle: &opts.LineStyle{Color: "var(--line)", Type: "solid", Width: 1},
		}))
}
