package checks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"example.com/redis-chat/workbook/workspace"
)

// lessonTime is what a lesson says of the time that it takes.
type lessonTime struct {
	total int
	parts map[string]int // by what is done: read, run, break, measure
}

var (
	timeStated = regexp.MustCompile(`\*\*Time:\*\* (\d+) minutes: ([^.]*)\.`)
	timePart   = regexp.MustCompile(`(\d+) to (\w+)`)
	mapRow     = regexp.MustCompile(`^\| \[[^\]]*\]\(([^)]*/README\.md)\) \|.*\| (\d+) \|$`)
	planHead   = regexp.MustCompile(`^## .*: (\d+) minutes$`)
	planRow    = regexp.MustCompile(`^\| (\d+):(\d\d) \| (\d+) \| ([^|]*) \|`)
	planPart   = regexp.MustCompile(`\]\(\.\./([^)]*/README\.md)\): (\w+)`)
)

// wrongMinutes looks whether the minutes in the texts agree: a lesson's with the sum of its parts, those of the map of
// the chapters with the lessons', and those of the workshop's plans with all of them.
func wrongMinutes(_ context.Context, root string) ([]string, error) {
	lessons, findings, err := lessonTimes(root)
	if err != nil {
		return nil, err
	}
	readme, err := readFile(root, "README.md")
	if err != nil {
		return nil, err
	}
	findings = append(findings, wrongMap(string(readme), lessons)...)
	plans, err := readFile(root, "docs/workshop.md")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return findings, nil
	case err != nil:
		return nil, err
	}
	return append(findings, wrongPlans("docs/workshop.md", string(plans), lessons)...), nil
}

// lessonTimes reads what each lesson and lab says, by file.
func lessonTimes(root string) (map[string]lessonTime, []string, error) {
	files, err := workspace.Files(root, "README.md")
	if err != nil {
		return nil, nil, err
	}
	lessons := map[string]lessonTime{}
	var findings []string
	for _, name := range files {
		chapter, _ := path.Match("[0-9][0-9]-*/README.md", name)
		lab, _ := path.Match("labs/*/README.md", name)
		if !chapter && !lab {
			continue
		}
		source, err := readFile(root, name)
		if err != nil {
			return nil, nil, err
		}
		m := timeStated.FindStringSubmatch(strings.Join(strings.Fields(string(source)), " "))
		if m == nil {
			findings = append(findings, name+`:1: no time is stated: write "**Time:** 40 minutes: 15 to read, 15 to run, 10 to break."`)
			continue
		}
		lesson, sum := lessonTime{number(m[1]), map[string]int{}}, 0
		for _, p := range timePart.FindAllStringSubmatch(m[2], -1) {
			lesson.parts[p[2]] = number(p[1])
			sum += number(p[1])
		}
		if sum != lesson.total {
			findings = append(findings, fmt.Sprintf("%s:1: %d minutes are stated, and the parts are %d together", name, lesson.total, sum))
		}
		lessons[name] = lesson
	}
	return lessons, findings, nil
}

// wrongMap compares the tables of the chapters and labs with the lessons.
func wrongMap(readme string, lessons map[string]lessonTime) []string {
	var findings []string
	there := map[string]bool{}
	for i, line := range strings.Split(readme, "\n") {
		m := mapRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		lesson, ok := lessons[m[1]]
		if there[m[1]] = true; ok && lesson.total != number(m[2]) {
			findings = append(findings, fmt.Sprintf("README.md:%d: %s minutes, and %s says %d", i+1, m[2], m[1], lesson.total))
		}
	}
	for name := range lessons {
		if !there[name] {
			findings = append(findings, "README.md: the map has no row with the minutes of "+name)
		}
	}
	slices.Sort(findings)
	return findings
}

// plan is one table of a workshop's minutes.
type plan struct {
	line, total int                       // the line of its heading, and what that says
	sum         int                       // of its rows so far
	given       map[string]map[string]int // minutes by lesson and part
}

// wrongPlans looks at each plan: a heading of level 2 that ends in its minutes, and rows that begin with a time and
// minutes. A row that names a lesson and one of its parts gives that no more time than the lesson states.
func wrongPlans(name, source string, lessons map[string]lessonTime) []string {
	var findings []string
	var p *plan
	add := func(line int, format string, args ...any) {
		findings = append(findings, fmt.Sprintf("%s:%d: %s", name, line, fmt.Sprintf(format, args...)))
	}
	end := func() {
		if p != nil && p.sum != p.total {
			add(p.line, "the plan is of %d minutes, and its rows are %d together", p.total, p.sum)
		}
		p = nil
	}
	for i, line := range strings.Split(source, "\n") {
		if strings.HasPrefix(line, "## ") {
			end()
			if m := planHead.FindStringSubmatch(line); m != nil {
				p = &plan{line: i + 1, total: number(m[1]), given: map[string]map[string]int{}}
			}
			continue
		}
		m := planRow.FindStringSubmatch(line)
		if p == nil || m == nil {
			continue
		}
		if at := 60*number(m[1]) + number(m[2]); at != p.sum {
			add(i+1, "the row begins at %s:%s, and those before it end at %d:%02d", m[1], m[2], p.sum/60, p.sum%60)
		}
		minutes := number(m[3])
		p.sum += minutes
		for _, part := range planPart.FindAllStringSubmatch(m[4], -1) {
			if why := p.give(part[1], part[2], minutes, lessons); why != "" {
				add(i+1, "%s", why)
			}
		}
	}
	end()
	return findings
}

// give adds a row's minutes to a part of a lesson, and says what is wrong with that.
func (p *plan) give(lesson, part string, minutes int, lessons map[string]lessonTime) string {
	stated, ok := lessons[lesson]
	if !ok {
		return lesson + " is no lesson that states its minutes"
	}
	most, ok := stated.parts[part]
	if !ok {
		return fmt.Sprintf("%s states no minutes to %s", lesson, part)
	}
	if p.given[lesson] == nil {
		p.given[lesson] = map[string]int{}
	}
	p.given[lesson][part] += minutes
	if sum := p.given[lesson][part]; sum > most {
		return fmt.Sprintf("%d minutes to %s, and %s states %d", sum, part, lesson, most)
	}
	return ""
}

// number is a number that a pattern of digits has found.
func number(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return -1 // longer than any day
	}
	return n
}
