package replication

import (
	"strconv"
	"strings"
)

// InfoNumber reads one number of INFO's text, which is lines "name:value" with
// headings "# Section" between. ok is false, and n 0, when there is no line of
// that name, or the first one holds no number of 64 bits.
//
// go-redis has InfoMap for this, and panics when a line comes before a heading.
func InfoNumber(text, name string) (n int64, ok bool) {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(strings.TrimRight(line, "\r\n"), name+":"); found {
			if n, err := strconv.ParseInt(value, 10, 64); err == nil {
				return n, true
			}
			return 0, false
		}
	}
	return 0, false
}
