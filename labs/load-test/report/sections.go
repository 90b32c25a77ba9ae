package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	loadtest "example.com/redis-chat/labs/load-test"
)

// section is the pictures under one heading of the page.
type section struct {
	Title    string
	Pictures []picture
	More     []picture // folded: a reader who wants to see each load opens it
}

// shown is how many labels are drawn openly. A comparison has dozens of loads,
// and the pictures that matter should come first.
const shown = 2

// sections makes all pictures for which there is data.
func sections(r *loadtest.Report) []section {
	colors := paint(systems(r))
	var out []section
	for _, s := range []section{peers(r, colors), tails(r, colors), courses(r, colors), costs(r, colors)} {
		if len(s.Pictures) > 0 {
			out = append(out, s)
		}
	}
	return out
}

func peers(r *loadtest.Report, colors palette) section {
	s := section{Title: "Ours and the peers"}
	all := comparisons(r)
	if !slices.ContainsFunc(all, func(c comparison) bool { return strings.Contains(strings.ToLower(c.measure), "idle") }) {
		all = append(all, idleComparisons(r)...)
	}
	for i, c := range all {
		s.Pictures = append(s.Pictures, c.picture(fmt.Sprintf("bars%d", i), colors))
	}
	return s
}

func tails(r *loadtest.Report, colors palette) section {
	s := section{Title: "Latency"}
	drawn := 0
	for i, group := range labels(r, func(run *loadtest.Run) bool { return len(run.Curve) > 0 }) {
		p, ok := percentiles(fmt.Sprintf("percentiles%d", i), group[0].label, group, colors)
		if !ok {
			continue
		}
		if drawn++; drawn <= shown {
			s.Pictures = append(s.Pictures, p)
		} else {
			s.More = append(s.More, p)
		}
	}
	return s
}

func courses(r *loadtest.Report, colors palette) section {
	s := section{Title: "Second by second"}
	for i, group := range labels(r, func(run *loadtest.Run) bool { return len(run.Timeline) > 1 }) {
		pair := timelines(fmt.Sprintf("time%d", i), group[0].label, group, colors)
		if len(s.Pictures) < 2*shown {
			s.Pictures = append(s.Pictures, pair...)
		} else {
			s.More = append(s.More, pair...)
		}
	}
	return s
}

func costs(r *loadtest.Report, colors palette) section {
	s := section{Title: "Growth"}
	for i, k := range kinds(r) {
		if p, ok := k.picture(fmt.Sprintf("growth%d", i), colors); ok {
			s.Pictures = append(s.Pictures, p)
		}
	}
	return s
}

// labels groups the series that have something to draw by label. Labels that
// most systems went through come first: they compare.
func labels(r *loadtest.Report, has func(*loadtest.Run) bool) [][]series {
	var out [][]series
	for _, s := range collect(r) {
		run := s.median()
		if run == nil || !has(run) {
			continue
		}
		if n := len(out); n > 0 && out[n-1][0].label == s.label {
			out[n-1] = append(out[n-1], s)
		} else {
			out = append(out, []series{s})
		}
	}
	slices.SortStableFunc(out, func(a, b []series) int { return cmp.Compare(len(b), len(a)) })
	return out
}
