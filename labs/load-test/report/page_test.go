package report

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	loadtest "example.com/redis-chat/labs/load-test"
)

// A library as short as the tests need it, with what would end a script.
var library = []byte(`var echarts = {}; var text = "</script><!-- </SCRIPT >";`)

func html(t *testing.T, r *loadtest.Report, echarts []byte) string {
	var b bytes.Buffer
	require.NoError(t, HTML(&b, r, echarts))
	return b.String()
}

func TestThePageNeedsNoNetwork(t *testing.T) {
	text := html(t, sample(), library)
	require.NotRegexp(t, regexp.MustCompile(`(?i)(src|href)\s*=\s*["']?(https?:)?//`), text)
	require.NotRegexp(t, regexp.MustCompile(`(?i)@import|url\(`), text)
	require.NotContains(t, text, "need the network")
	require.Contains(t, text, `"<\/script><\!-- <\/SCRIPT >"`, "the library does not end its own script")
}

func TestAPageWithoutItsLibrarySaysSo(t *testing.T) {
	text := html(t, sample(), nil)
	require.Contains(t, text, `<script src="https://go-echarts.github.io/`)
	require.Contains(t, text, "The pictures need the network when this page is opened")
}

func TestEachKindOfDataHasItsPicture(t *testing.T) {
	for name, c := range map[string]struct {
		keep  func(all, r *loadtest.Report)
		kinds []string
	}{
		"light load": {func(all, r *loadtest.Report) { r.Runs = all.Runs[:1] }, []string{"percentiles", "latency", "throughput"}},
		"idle":       {func(all, r *loadtest.Report) { r.Idle = all.Idle }, []string{"bars", "bars"}},
		"growth":     {func(all, r *loadtest.Report) { r.Growth = all.Growth }, []string{"growth", "growth"}},
		"rows":       {func(all, r *loadtest.Report) { r.Rows = all.Rows[:3] }, []string{"bars", "bars"}},
		"notes":      {func(all, r *loadtest.Report) { r.Notes = all.Notes }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var r loadtest.Report
			c.keep(sample(), &r)
			text := html(t, &r, library)
			var kinds []string
			for _, m := range regexp.MustCompile(`<figure data-kind="(\w+)"`).FindAllStringSubmatch(text, -1) {
				kinds = append(kinds, m[1])
			}
			require.Equal(t, c.kinds, kinds)
			require.Equal(t, len(kinds), strings.Count(text, "lab.pictures.push("))
			require.Equal(t, len(kinds) > 0, strings.Contains(text, "var echarts"), "no library without a picture")
		})
	}
}

func TestOptionsAreJSON(t *testing.T) {
	r := sample()
	r.Runs[0].System = `a "__f__b</script>&amp;\`
	var v view
	v.Sections = sections(r)
	require.Len(t, v.All(), 14)
	ids := make(map[string]bool)
	for _, p := range v.All() {
		var option map[string]any
		require.NoError(t, json.Unmarshal([]byte(p.Option), &option), p.Title)
		require.NotEmpty(t, option["series"])
		require.NotContains(t, string(p.Option), "</script")
		require.Contains(t, string(p.Element), `id="`+p.ID+`"`)
		require.False(t, ids[p.ID], "each picture has a place of its own")
		ids[p.ID] = true
	}
	require.True(t, slices.ContainsFunc(v.All(), func(p picture) bool {
		return strings.Contains(string(p.Option), `a \" b\u003c/script>&amp;\\`)
	}), "a name stays what it is")
}

func TestWordsOfAReportStayWords(t *testing.T) {
	r := sample()
	evil := "<script>alert(1)</script>"
	r.Title, r.Command, r.Runs[0].System, r.Runs[0].Label, r.Rows[0].Measure, r.Growth[0].What = evil, evil, evil, evil, evil, evil
	text := html(t, r, library)
	require.NotContains(t, text, evil)
	require.Contains(t, text, "A note with &lt;script&gt;alert(1)&lt;/script&gt; in it.")
}

func TestVerdictsAreReadWithoutColour(t *testing.T) {
	text := html(t, sample(), library)
	require.Equal(t, 9, strings.Count(text, "✓ pass"))
	require.Equal(t, 1, strings.Count(text, "✗ short"))
	require.Equal(t, 1, strings.Count(text, "? not measured"))
	require.Contains(t, text, "the lab was the limit: it used 3.9 of 4 cores")
}

func TestThePageSaysWhatWasRunAndWhere(t *testing.T) {
	text := html(t, sample(), library)
	for _, want := range []string{"loadtest compare -rounds 3", "4 March 2026, 15:30 UTC", "took 12m34s", "Example CPU 3000 at 3.1 GHz, 8 cores", "16.0 GiB", "<dt>redis-server</dt><dd>8.0.2</dd>"} {
		require.Contains(t, text, want)
	}
}

func TestAnEmptyReportIsAPage(t *testing.T) {
	for _, echarts := range [][]byte{nil, {}, library} {
		text := html(t, &loadtest.Report{}, echarts)
		require.Contains(t, text, "Nothing was measured.")
		require.NotContains(t, text, "<script")
	}
	text := html(t, &loadtest.Report{Runs: make([]loadtest.Run, 2), Idle: make([]loadtest.Idle, 1), Growth: make([]loadtest.Growth, 1), Rows: make([]loadtest.Row, 1)}, library)
	require.Contains(t, text, "<h2>Runs</h2>")
}
