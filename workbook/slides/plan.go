package slides

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The texts that the slides are made of.
const (
	deck     = "docs/slides.md"
	workshop = "docs/workshop.md"
	planName = "Half a day" // the plan in workshop that the slides follow
)

// row is a line of the plan.
type row struct {
	At      int    `json:"at"`      // minutes since the beginning
	Minutes int    `json:"minutes"` // how long it takes
	What    string `json:"what"`    // as plain text
}

var (
	planRow  = regexp.MustCompile(`^\| (\d+):(\d\d) \| (\d+) \| ([^|]*) \|`)
	linkText = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// readPlan reads the table below the plan's heading. That its sums are right is for make check to say.
func readPlan(source string) ([]row, error) {
	var rows []row
	inside := false
	for line := range strings.Lines(source) {
		if strings.HasPrefix(line, "## ") {
			inside = strings.HasPrefix(line, "## "+planName+": ")
			continue
		}
		m := planRow.FindStringSubmatch(line)
		if !inside || m == nil {
			continue
		}
		var n [3]int
		for i := range n {
			var err error
			if n[i], err = strconv.Atoi(m[i+1]); err != nil {
				return nil, fmt.Errorf("%s: a row of the plan %q: %w", workshop, planName, err)
			}
		}
		rows = append(rows, row{60*n[0] + n[1], n[2], strings.ReplaceAll(linkText.ReplaceAllString(m[4], "$1"), "`", "")})
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: there is no plan %q: want a heading of that name with its minutes, and its table below", workshop, planName)
	}
	return rows, nil
}
