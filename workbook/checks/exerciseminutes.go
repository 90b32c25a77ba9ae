package checks

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"example.com/redis-chat/workbook/exercise"
	"example.com/redis-chat/workbook/workspace"
)

var (
	sumStated      = regexp.MustCompile(`(\d+) minutes in all, besides the lesson's own (\d+)\.`)
	exercisesOnMap = regexp.MustCompile(`^\| \[[^\]]*\]\((\d\d-[^/)]*)/README\.md\) \|.*\| (\d+) \| \d+ \|$`)
	exerciseLinked = regexp.MustCompile(`\]\(([^)]*\bexercises/[^)/]+/README\.md)\),? (\d+)\b`)
)

// wrongExerciseMinutes looks whether the minutes of the exercises agree: their sum in each chapter's list with its
// rows and with the lesson, their sum on the map of the chapters, and the number behind a link to an exercise, in any text, with the list.
func wrongExerciseMinutes(_ context.Context, root string) ([]string, error) {
	lessons, _, err := lessonTimes(root) // what is wrong with them is a finding of "minutes"
	if err != nil {
		return nil, err
	}
	all, err := exercise.List(root)
	if err != nil {
		return nil, err
	}
	minutes, sums := map[string]int{}, map[string]int{}
	for _, e := range all {
		minutes[e.Folder()+"/README.md"] = e.Entry.Minutes
		sums[e.Chapter] += e.Entry.Minutes
	}
	texts, err := workspace.Files(root, "*.md")
	if err != nil {
		return nil, err
	}
	var findings []string
	for _, name := range texts {
		source, err := readFile(root, name)
		if err != nil {
			return nil, err
		}
		chapter := path.Dir(path.Dir(name))
		if sum := sums[chapter]; sum > 0 && name == chapter+"/exercises/README.md" {
			want := fmt.Sprintf("%d minutes in all, besides the lesson's own %d.", sum, lessons[chapter+"/README.md"].total)
			if m := sumStated.FindString(strings.Join(strings.Fields(string(source)), " ")); m != want {
				findings = append(findings, fmt.Sprintf("%s:1: write %q", name, want))
			}
		}
		for i, line := range strings.Split(string(source), "\n") {
			if m := exercisesOnMap.FindStringSubmatch(line); name == "README.md" && m != nil && sums[m[1]] != number(m[2]) {
				findings = append(findings, fmt.Sprintf("README.md:%d: %s minutes for the exercises of %s, and they are %d together", i+1, m[2], m[1], sums[m[1]]))
			}
			for _, m := range exerciseLinked.FindAllStringSubmatch(line, -1) {
				e := path.Join(path.Dir(name), m[1])
				if want, ok := minutes[e]; ok && strconv.Itoa(want) != m[2] {
					findings = append(findings, fmt.Sprintf("%s:%d: %s minutes for %s, and its list says %d", name, i+1, m[2], e, want))
				}
			}
		}
	}
	return findings, nil
}
