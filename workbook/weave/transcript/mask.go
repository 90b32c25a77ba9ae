package transcript

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// masks are the things that are others each time. A block names those that it needs; what
// they match counts as equal. Where a pattern has a group, only the group is masked.
// A figure that the text is about is never masked.
var masks = map[string]*regexp.Regexp{
	"duration": regexp.MustCompile(`\b\d+(?:\.\d+)? ?(?:ns|µs|ms|s|m\d+s)\b`),
	"pid":      regexp.MustCompile(`(?:kill -9 +|127\.0\.0\.1:\d+ +)(\d+)\b`),   // behind the words that our tables have there
	"port":     regexp.MustCompile(`127\.0\.0\.1:(\d+)`),                        // of a server on a free port
	"host":     regexp.MustCompile(`\b(?:node[= ])([\w.-]+):\d+`),               // a node is named after its machine
	"key":      regexp.MustCompile(`check:([A-Z0-9]{8})`),                       // of the check that a program makes
	"offset":   regexp.MustCompile(`(?:replicas?|connected|connect) +(\d+)\b`),  // where a replication stream is
	"version":  regexp.MustCompile(`\S*/(?:redis|valkey)-server \d+\.\d+\.\d+`), // a server's path and version
	"line":     regexp.MustCompile(`_test\.go:(\d+):`),                          // of a test that says something
	"lost":     regexp.MustCompile(`(\d+) of 2000 updates lost`),                // how many depends on who comes between
	"lag":      regexp.MustCompile(`\s(\d+\.\d+)$`),                             // check's last column: milliseconds
	"buffered": regexp.MustCompile(`bob\.txt:(\d+)`),                            // what a machine's sockets hold for whoever does not read
}

func maskNames() string { return strings.Join(slices.Sorted(maps.Keys(masks)), ", ") }

var spaces = regexp.MustCompile(` {2,}|-{3,}`)

// masked replaces in a line what the masks match. Columns move with what is in them, so
// spaces in a row count as two.
func masked(line string, names []string) string {
	line = strings.TrimRight(line, " \t")
	if len(names) == 0 {
		return line
	}
	for _, n := range names {
		line = replace(masks[n], line, "‹"+n+"›")
	}
	return spaces.ReplaceAllString(line, "  ")
}

// replace puts with in the place of each match, or of its group.
func replace(re *regexp.Regexp, line, with string) string {
	var out strings.Builder
	for at := 0; ; {
		m := re.FindStringSubmatchIndex(line[at:])
		if m == nil {
			out.WriteString(line[at:])
			return out.String()
		}
		first, last := m[len(m)-2], m[len(m)-1]
		out.WriteString(line[at:at+first] + with)
		at += last
	}
}
