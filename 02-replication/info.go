package replication

import (
	"strconv"
	"strings"
)

// infoNumber reads one number of INFO's text, which is lines "name:value" with
// headings "# Section" between; 0 when it is not there, or no number.
//
// go-redis has InfoMap for this, and panics when a line comes before a heading.
func infoNumber(text, name string) int64 {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(strings.TrimRight(line, "\r\n"), name+":"); found {
			if n, err := strconv.ParseInt(value, 10, 64); err == nil {
				return n
			}
			return 0
		}
	}
	return 0
}
