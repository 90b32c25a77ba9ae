package report

import (
	"regexp"
	"strconv"
	"strings"
)

// quantity is a figure of compare's table that can be drawn.
type quantity struct {
	number float64 // in the base of its unit: seconds, bytes, or as it is
	unit   string  // without a prefix: "s", "B", "deliveries/s"
	text   string  // as it stands in the table
}

// The thousands of a number may be parted by a comma or by a space, also by one that does not break.
var numberUnit = regexp.MustCompile(`^\s*(\d+(?:[,\x{20}\x{a0}\x{202f}]\d{3})*(?:\.\d+)?)[\s\x{a0}\x{202f}]*(.*?)\s*$`)

// prefixed are the units that come in several sizes: 0.9 ms and 1.2 s must not
// be bars of nearly the same length.
var prefixed = map[string]struct {
	base  string
	scale float64
}{
	"ns": {"s", 1e-9}, "µs": {"s", 1e-6}, "us": {"s", 1e-6}, "ms": {"s", 1e-3}, "s": {"s", 1},
	"B": {"B", 1}, "KiB": {"B", 1 << 10}, "MiB": {"B", 1 << 20}, "GiB": {"B", 1 << 30},
}

// parse reads "0.84 ms", "112,000 deliveries/s", "6.2 KiB per connection".
func parse(text string) (quantity, bool) {
	m := numberUnit.FindStringSubmatch(text)
	if m == nil {
		return quantity{}, false
	}
	number, err := strconv.ParseFloat(strings.NewReplacer(",", "", " ", "", "\u00a0", "", "\u202f", "").Replace(m[1]), 64)
	if err != nil {
		return quantity{}, false
	}
	q := quantity{number, m[2], text}
	word, rest, _ := strings.Cut(m[2], " ")
	if p, ok := prefixed[word]; ok {
		q.number *= p.scale
		q.unit = strings.TrimSpace(p.base + " " + rest)
	}
	return q, true
}

// in returns the figure beside a bar: the number alone when the axis has its unit.
func (q quantity) in(unit string) string {
	if m := numberUnit.FindStringSubmatch(q.text); m != nil && m[2] == unit {
		return m[1]
	}
	return q.text
}

// wanted says which way is better, where the unit tells.
func (q quantity) wanted() string {
	word, _, _ := strings.Cut(q.unit, " ")
	switch {
	case word == "s" || word == "B":
		return "Less is better."
	case strings.HasSuffix(q.unit, "/s"):
		return "More is better."
	}
	return ""
}

// axis returns the unit of a picture, which the largest bar has in the table,
// and the number that all figures are divided by.
func axis(bars []bar) (string, float64) {
	largest := bars[0]
	for _, b := range bars {
		if b.value.number > largest.value.number {
			largest = b
		}
	}
	m := numberUnit.FindStringSubmatch(largest.value.text)
	if m == nil {
		return largest.value.unit, 1
	}
	word, _, _ := strings.Cut(m[2], " ")
	if p, ok := prefixed[word]; ok {
		return m[2], p.scale
	}
	return m[2], 1
}
