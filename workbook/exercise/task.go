package exercise

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Task is what an exercise's README.md says, as Markdown.
type Task struct {
	Title      string
	Minutes    int
	Kind       string
	After      string // the place of the lesson after which it can be done: a link, and words
	Task       string // what to write, and what must hold
	Why        string
	OutOfScope string
	Hints      []string
	Afterwards string // a question to think about, and where the workbook does the same
	Answer     string // to that question, in one to three sentences
}

// headings are the sections of a task, all of them, in this order.
var headings = []string{"Task", "Why", "Out of scope", "Hints", "Afterwards"}

var (
	summary = regexp.MustCompile(`^\*\*(\d+) minutes\*\* · (\w+) · after (\[.+\]\(.+\).*)$`)
	answer  = regexp.MustCompile(`(?s)<details><summary>Answer</summary>(.*?)</details>$`)
	details = regexp.MustCompile(`(?s)<details><summary>[^<]*</summary>(.*?)</details>`)
)

func readTask(e Exercise) (Task, error) {
	name := e.Folder() + "/README.md"
	text, err := os.ReadFile(filepath.Join(e.Dir(), "README.md"))
	if err != nil {
		return Task{}, fmt.Errorf("%s: the task is missing: %w", name, err)
	}
	task, faults := parseTask(string(text))
	if task.Minutes != e.Entry.Minutes || task.Kind != e.Entry.Kind {
		faults = append(faults, fmt.Sprintf("it says %d minutes and %q, the chapter's list says %d and %q", task.Minutes, task.Kind, e.Entry.Minutes, e.Entry.Kind))
	}
	var all []error
	for _, fault := range faults {
		all = append(all, fmt.Errorf("%s: %s", name, fault))
	}
	return task, errors.Join(all...)
}

// parseTask reads a task, and says what it lacks.
func parseTask(text string) (task Task, faults []string) {
	title, sections, order := split(text)
	task.Title = title
	if title == "" {
		faults = append(faults, "the first line must be a title: # Leaderboard")
	}
	if got := strings.Join(order, ", "); got != strings.Join(headings, ", ") {
		faults = append(faults, fmt.Sprintf("the sections must be %s; they are %s", strings.Join(headings, ", "), got))
	}
	for _, h := range headings {
		if sections[h] == "" {
			faults = append(faults, fmt.Sprintf("the section %q is empty", h))
		}
	}
	first, _, _ := strings.Cut(sections[""], "\n\n")
	m := summary.FindStringSubmatch(strings.ReplaceAll(first, "\n", " "))
	if m == nil {
		faults = append(faults, "below the title stands **15 minutes** · write · after [Sets](../../README.md#sets)")
	} else {
		task.Minutes, _ = strconv.Atoi(m[1])
		task.Kind, task.After = m[2], m[3]
	}
	for _, hint := range details.FindAllStringSubmatch(sections["Hints"], -1) {
		task.Hints = append(task.Hints, strings.TrimSpace(hint[1]))
	}
	if len(task.Hints) < 2 {
		faults = append(faults, "two hints are the least: <details><summary>Hint 1</summary> … </details>")
	}
	if !strings.Contains(sections["Afterwards"], "?") || !strings.Contains(sections["Afterwards"], "](") {
		faults = append(faults, "the section \"Afterwards\" asks a question, and links to the place where the workbook does the same")
	}
	if m := answer.FindStringSubmatch(sections["Afterwards"]); m != nil {
		task.Answer = strings.TrimSpace(m[1])
	} else {
		faults = append(faults, "the question of the section \"Afterwards\" has a folded answer at its end: <details><summary>Answer</summary> … </details>")
	}
	task.Task, task.Why, task.OutOfScope = sections["Task"], sections["Why"], sections["Out of scope"]
	task.Afterwards = strings.TrimSpace(answer.ReplaceAllString(sections["Afterwards"], ""))
	return task, faults
}

// split divides a text at its headings; what stands below the title is section "".
func split(text string) (title string, sections map[string]string, order []string) {
	sections = map[string]string{}
	current, fenced := "", false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if heading, ok := strings.CutPrefix(line, "## "); ok && !fenced {
			current = strings.TrimSpace(heading)
			order = append(order, current)
			continue
		}
		if heading, ok := strings.CutPrefix(line, "# "); ok && !fenced && title == "" {
			title = strings.TrimSpace(heading)
			continue
		}
		sections[current] += line
	}
	for name, s := range sections {
		sections[name] = strings.TrimSpace(s)
	}
	return title, sections, order
}
