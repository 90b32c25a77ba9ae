package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
	"github.com/go-echarts/go-echarts/v2/render"
)

// picture is one chart of the page. Its heading is HTML and not part of the
// chart, so that a legend never lies on it.
type picture struct {
	Kind    string // "percentiles", "latency" …: what the data is
	Title   string
	Note    string // how to read it
	Wide    bool   // takes the whole width
	ID      string
	Element template.HTML // where it is drawn
	Option  template.JS   // what is drawn: an object literal
}

// snippet takes the element and the options of a chart from go-echarts, but not
// its script: the page draws by itself, in the colours of the reader's theme,
// and brings the library along. Options are plain JSON: a formatter is the name
// of a function of the page, "lab.brief", since the snippet of v2.6.7 leaves
// the quotes around code.
func (p picture) snippet(chart render.Renderer) picture {
	s := chart.RenderSnippet()
	p.Element = template.HTML(s.Element)
	// Options stand in a <script>: no name in them may end it. JSON has < only
	// in strings, where both spellings are the same.
	p.Option = template.JS(strings.ReplaceAll(strings.TrimSpace(s.Option), "<", `\u003c`))
	return p
}

// point is a value of a line. The tooltip shows Head once and Text for each line.
func point(x any, y float64, head, text string) opts.LineData {
	return opts.LineData{Value: []any{x, y, withoutMarker(head), withoutMarker(text)}}
}

// withoutMarker takes go-echarts' marker out of a name: the library would run the
// text between two markers as code.
func withoutMarker(text string) string { return strings.ReplaceAll(text, "__f__", " ") }

// drawable reports whether a logarithmic axis has a place for the value.
func drawable(v float64) bool { return v > 0 && !math.IsInf(v, 0) }

// size is the place of a chart; the page decides the width.
func size(id string, height int) charts.GlobalOpts {
	return charts.WithInitializationOpts(opts.Initialization{ChartID: id, Width: "100%", Height: fmt.Sprintf("%dpx", height)})
}

// lines is an empty line chart with all that line charts have in common. The legend
// has the names of systems; with one of them there is nothing to tell apart.
func lines(id string, names []string, x opts.XAxis, y opts.YAxis) *charts.Line {
	x.NameLocation, y.NameLocation = "middle", "middle"
	x.NameGap, y.NameGap = max(x.NameGap, 32), 52
	y.AxisLabel = &opts.AxisLabel{Formatter: "lab.brief"}
	top := "44px"
	if len(names) < 2 {
		top = "16px"
	}
	labels := make([]string, len(names))
	for i, name := range names {
		labels[i] = withoutMarker(name)
	}
	line := charts.NewLine()
	line.SetGlobalOptions(
		size(id, 380),
		charts.WithXAxisOpts(x),
		charts.WithYAxisOpts(y),
		charts.WithGridOpts(opts.Grid{Left: "76px", Right: "28px", Top: top, Bottom: "64px"}),
		charts.WithLegendOpts(opts.Legend{Show: opts.Bool(len(names) > 1), Data: labels, Left: "center", Top: "4px", Type: "scroll", Icon: "roundRect"}),
		charts.WithTooltipOpts(opts.Tooltip{Show: opts.Bool(true), Trigger: "axis", Formatter: "lab.tip"}),
		charts.WithAnimation(false),
	)
	return line
}

// strokes is how the line of a system looks: ours is the thickest.
func strokes(system, color string, dashed bool) []charts.SeriesOpts {
	style := opts.LineStyle{Color: color, Width: 2.5}
	switch {
	case system == ours:
		style.Width = 4.5
	case system == ceiling:
		style.Type = "dotted"
	}
	if dashed {
		style.Type, style.Width = "dashed", style.Width/2
	}
	return []charts.SeriesOpts{
		charts.WithLineStyleOpts(style),
		charts.WithItemStyleOpts(opts.ItemStyle{Color: color}),
	}
}

// palette gives each system its colour, the same in every picture. The values
// are the style sheet's, which knows light and dark.
type palette map[string]string

func paint(systems []string) palette {
	known := map[string]string{ours: "var(--ours)", "node.js": "var(--node)", "centrifuge": "var(--centrifuge)", ceiling: "var(--ceiling)"}
	p := make(palette)
	others := 0
	for _, system := range systems {
		color, ok := known[system]
		if !ok {
			color = fmt.Sprintf("var(--other-%d)", others%3)
			others++
		}
		p[system] = color
	}
	return p
}
