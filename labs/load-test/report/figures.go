package report

import (
	"math"
	"strconv"
	"strings"
	"time"
)

const none = "–" // there is no figure

// figure writes a number with three digits that matter: more would be noise of
// the machine.
func figure(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return none
	case v == 0:
		return "0"
	case a < 0.1:
		return strconv.FormatFloat(v, 'f', 3, 64)
	case a < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case a < 99.95:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return grouped(v)
	}
}

// whole writes a number that people think of as a count: 5, not 5.00.
func whole(v float64) string {
	if v == math.Trunc(v) {
		return grouped(v)
	}
	return figure(v)
}

// grouped rounds to an integer with a comma between thousands.
func grouped(v float64) string {
	digits := strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
	var b strings.Builder
	if v < 0 && digits != "0" {
		b.WriteByte('-')
	}
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// mebibytes writes a number of bytes in MiB.
func mebibytes(bytes uint64) string { return figure(float64(bytes) / (1 << 20)) }

// span writes seconds as people say them: 1m30s.
func span(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Minute {
		return figure(seconds) + " s"
	}
	return d.Round(time.Second).String()
}
