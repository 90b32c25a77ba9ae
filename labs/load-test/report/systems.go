package report

import (
	"slices"

	loadtest "example.com/redis-chat/labs/load-test"
)

const (
	ours    = "redis-chat" // the system that the workbook builds
	ceiling = "ceiling"    // no chat at all: what the machine allows
)

// systems lists all systems of a report in the order in which they are shown
// everywhere: ours first, the peers as they were measured, the ceiling last.
func systems(r *loadtest.Report) []string {
	var names []string
	add := func(name string) {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, run := range r.Runs {
		add(run.System)
	}
	for _, crowd := range r.Idle {
		add(crowd.System)
	}
	for _, growth := range r.Growth {
		add(growth.System)
	}
	for _, row := range r.Rows {
		add(row.Against)
		if row.Against != "" {
			add(ours)
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return place(a) - place(b) })
	return names
}

func place(system string) int {
	switch system {
	case ours:
		return 0
	case ceiling:
		return 2
	}
	return 1
}
