package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"time"

	"github.com/go-echarts/go-echarts/v2/opts"

	loadtest "example.com/redis-chat/labs/load-test"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"orNone": orNone, "figure": figure, "grouped": grouped, "span": span,
	"thousands": func(n int) string { return grouped(float64(n)) },
	"gibibytes": func(bytes uint64) string { return figure(float64(bytes) / (1 << 30)) },
	"when":      func(t time.Time) string { return t.Format("2 January 2006, 15:04 MST") },
}).Parse(pageHTML))

// view is the data of the template.
type view struct {
	Report   *loadtest.Report
	Style    template.CSS
	Script   template.JS
	Library  template.JS // echarts; "": it comes from Host
	Host     string
	Sections []section
	Targets  []target
	Tally    string
	Blocks   []block
	Remarks  remarks
	Crowds   []crowd
	Kinds    []kind
}

// Drawn tells whether the page needs the library at all.
func (v view) Drawn() bool { return len(v.Sections) > 0 }

// Empty tells whether there is nothing to show.
func (v view) Empty() bool {
	return len(v.Targets)+len(v.Blocks)+len(v.Crowds)+len(v.Kinds) == 0
}

// All is every picture of the page, for its script.
func (v view) All() []picture {
	var all []picture
	for _, s := range v.Sections {
		all = append(all, s.Pictures...)
		all = append(all, s.More...)
	}
	return all
}

// HTML writes the report as one page. echarts is the text of echarts.min.js,
// which becomes part of the page, so that it needs no network. When it is nil
// the page loads it from where go-echarts keeps it, and says so.
func HTML(w io.Writer, r *loadtest.Report, echarts []byte) error {
	v := view{
		Report: r, Style: template.CSS(pageCSS), Script: template.JS(pageJS),
		Sections: sections(r), Targets: targets(r), Crowds: crowds(r), Kinds: kinds(r),
	}
	v.Tally = tally(v.Targets)
	v.Blocks, v.Remarks = blocks(r)
	if echarts == nil {
		v.Host = host()
	} else if v.Drawn() {
		v.Library = inline(echarts)
	}
	var b bytes.Buffer // so that a mistake does not leave half a page
	if err := page.Execute(&b, v); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write the report as HTML: %w", err)
	}
	return nil
}

// ending matches the texts that HTML looks for inside a script, whatever they mean there.
var ending = regexp.MustCompile(`(?i)<(/script|!--)`)

// inline makes a library fit to stand in a <script>: in strings and regular
// expressions, the only places where such text occurs, \/ is / and \! is !.
func inline(library []byte) template.JS {
	return template.JS(ending.ReplaceAll(library, []byte(`<\$1`)))
}

// host is where go-echarts has its library.
func host() string {
	var place opts.Initialization
	place.Validate()
	return place.AssetsHost + opts.EchartsJS
}
