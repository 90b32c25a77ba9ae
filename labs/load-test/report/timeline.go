package report

import (
	"fmt"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// timelines draws latency and throughput of the median rounds over time.
func timelines(id, label string, all []series, colors palette) []picture {
	var names []string
	seconds := 0
	for _, s := range all {
		if run := s.median(); run != nil && len(run.Timeline) > 0 {
			names = append(names, s.system)
			seconds = max(seconds, len(run.Timeline))
		}
	}
	if seconds < 2 {
		return nil // one second is no course
	}
	x := opts.XAxis{Type: "value", Name: "time since counting began (s)", MinInterval: 1, SplitLine: &opts.SplitLine{Show: opts.Bool(false)}}
	latency := lines(id+"latency", names, x, opts.YAxis{Type: "log", Name: "latency (ms)"})
	flow := lines(id+"throughput", names, x, opts.YAxis{Type: "value", Name: "deliveries/s"})
	symbols := charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(seconds <= 30), Symbol: "circle", SymbolSize: 6})
	for _, s := range slices.Backward(all) { // ours last: on top
		run := s.median()
		if run == nil || len(run.Timeline) == 0 {
			continue
		}
		var p50, p99, deliveries []opts.LineData
		for _, m := range run.Timeline {
			head := fmt.Sprintf("second %d", m.Second)
			// A second without a delivery has no latency: the line has a gap there.
			if drawable(m.P50) {
				p50 = append(p50, point(m.Second, m.P50, head, fmt.Sprintf("%s p50 %s ms", s.system, figure(m.P50))))
			}
			if drawable(m.P99) {
				p99 = append(p99, point(m.Second, m.P99, head, fmt.Sprintf("%s p99 %s ms", s.system, figure(m.P99))))
			}
			deliveries = append(deliveries, point(m.Second, float64(m.Deliveries), head, fmt.Sprintf("%s %s deliveries", s.system, grouped(float64(m.Deliveries)))))
		}
		// Both have the system's name, so that the legend shows and hides them together.
		latency.AddSeries(withoutMarker(s.system), p50, append(strokes(s.system, colors[s.system], true), symbols)...)
		latency.AddSeries(withoutMarker(s.system), p99, append(strokes(s.system, colors[s.system], false), symbols)...)
		flow.AddSeries(withoutMarker(s.system), deliveries, append(strokes(s.system, colors[s.system], false), symbols)...)
	}
	return []picture{
		picture{Kind: "latency", Title: "Latency over time: " + label, ID: id + "latency",
			Note: "Thick: p99. Thin and dashed: p50."}.snippet(latency),
		picture{Kind: "throughput", Title: "Throughput over time: " + label, ID: id + "throughput",
			Note: "What arrived in each second, at all clients together."}.snippet(flow),
	}
}
