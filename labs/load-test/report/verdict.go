package report

import (
	"fmt"

	loadtest "example.com/redis-chat/labs/load-test"
)

const (
	pass        = "pass"
	short       = "short"
	notMeasured = "not measured"
)

// target is one line of compare's table, ready to be shown.
type target struct {
	loadtest.Row
	Spread string // ratio (lowest–highest)
	Result string // pass, short or not measured
	Why    string // it was not measured
}

func targets(r *loadtest.Report) []target {
	var out []target
	for _, row := range r.Rows {
		t := target{Row: row, Result: row.Verdict, Spread: spread(row)}
		if row.Verdict != pass && row.Verdict != short {
			t.Result, t.Why = notMeasured, row.Verdict
		}
		if t.Why == notMeasured {
			t.Why = ""
		}
		out = append(out, t)
	}
	return out
}

// spread shows the median of the ratios with its range. Without a peer the
// ratio is the figure itself, which has no "times".
func spread(row loadtest.Row) string {
	if row.Ratio == 0 {
		return none
	}
	times := " ×"
	if row.Against == "" {
		times = ""
	}
	text := figure(row.Ratio) + times
	if row.Lowest != 0 || row.Highest != 0 {
		text += fmt.Sprintf(" (%s–%s)", figure(row.Lowest), figure(row.Highest))
	}
	return text
}

// briefly is the peer's figure without its unit when that is also ours: a
// terminal is narrow.
func (t target) briefly() string {
	mine, theirs := numberUnit.FindStringSubmatch(t.Ours), numberUnit.FindStringSubmatch(t.Theirs)
	if mine != nil && theirs != nil && mine[2] == theirs[2] {
		return theirs[1]
	}
	return t.Theirs
}

// tally counts the verdicts for a headline.
func tally(all []target) string {
	var passed, missed, unknown int
	for _, t := range all {
		switch t.Result {
		case pass:
			passed++
		case short:
			missed++
		default:
			unknown++
		}
	}
	return fmt.Sprintf("%d pass, %d short, %d not measured", passed, missed, unknown)
}
