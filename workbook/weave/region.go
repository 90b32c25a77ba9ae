package weave

import (
	"fmt"
	"regexp"
	"strings"
)

// region is a part of a function that a text shows, between the lines
// "// region: NAME" and "// end: NAME". Regions may lie in each other.
type region struct {
	name        string
	first, last int // the lines between the marks; last < first when there are none
}

var mark = regexp.MustCompile(`^\s*// (region|end): (\S+)$`)

// regions finds the marked regions of a file. Its error says which mark is wrong.
func regions(name string, lines []string) ([]region, error) {
	var all []region
	open := map[string]int{} // index in all
	for i, line := range lines {
		m := mark.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		at := fmt.Sprintf("%s:%d", name, i+1)
		index, begun := open[m[2]]
		switch {
		case m[1] == "region" && begun:
			return nil, fmt.Errorf("%s: a second region %s in this file: give it another name", at, m[2])
		case m[1] == "region":
			open[m[2]] = len(all)
			all = append(all, region{name: m[2], first: i + 2})
		case !begun:
			return nil, fmt.Errorf("%s: the end of region %s, which has not begun: write // region: %s above it", at, m[2], m[2])
		case all[index].last != 0:
			return nil, fmt.Errorf("%s: a second end of region %s: take one out", at, m[2])
		default:
			all[index].last = i
			if strings.TrimSpace(strings.Join(lines[all[index].first-1:i], "")) == "" {
				return nil, fmt.Errorf("%s: region %s is empty: move its end, or take it out", at, m[2])
			}
		}
	}
	for _, r := range all {
		if r.last == 0 {
			return nil, fmt.Errorf("%s:%d: region %s has no end: write // end: %s below it", name, r.first-1, r.name, r.name)
		}
	}
	return all, nil
}

// unmarked returns lines of the file, the marks of regions left out.
func (f *goFile) unmarked(first, last int) []string {
	var lines []string
	for _, line := range f.lines[first-1 : last] {
		if !mark.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// dedent takes away the tabs that all lines have in common.
func dedent(lines []string) []string {
	common := -1
	for _, line := range lines {
		if rest := strings.TrimLeft(line, "\t"); rest != "" && (common < 0 || len(line)-len(rest) < common) {
			common = len(line) - len(rest)
		}
	}
	var all []string
	for _, line := range lines {
		all = append(all, line[min(common, len(line)):])
	}
	return all
}
