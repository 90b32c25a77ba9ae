package learn

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/redis-chat/workbook/exercise"
)

// bar shows how far the learner is: a line of blocks, and a mark for each exercise.
func bar(states []State, chapters []string) string {
	const width = 30
	solved := 0
	for _, s := range states {
		if s == Solved {
			solved++
		}
	}
	full := 0
	if len(states) > 0 {
		full = solved * width / len(states)
	}
	var marks strings.Builder
	for i, s := range states {
		if i == 0 || chapters[i] != chapters[i-1] {
			fmt.Fprintf(&marks, " %s ", shortChapter(chapters[i]))
		}
		marks.WriteString(s.mark())
	}
	return fmt.Sprintf("%s%s %d of %d solved\n%s\n", strings.Repeat("█", full), strings.Repeat("░", width-full), solved, len(states), marks.String())
}

func (s State) mark() string {
	switch s {
	case Solved:
		return "●"
	case Begun:
		return "◐"
	}
	return "○"
}

// shortChapter is 01 for 01-redis-basics, and no-message-lost for labs/no-message-lost.
func shortChapter(chapter string) string {
	if lab, ok := strings.CutPrefix(chapter, "labs/"); ok {
		return lab
	}
	number, _, _ := strings.Cut(chapter, "-")
	return number
}

// taskPage is an exercise's task.
func taskPage(e exercise.Exercise) string {
	return fmt.Sprintf("%s / %s   %d minutes, %s\n\n%s\nWhy\n\n%s\nOut of scope\n\n%s",
		shortChapter(e.Chapter), e.Task.Title, e.Task.Minutes, e.Task.Kind, plain(e.Task.Task), plain(e.Task.Why), plain(e.Task.OutOfScope))
}

// resultPage is what the tests say, in plain words.
func resultPage(s Step) string {
	var out strings.Builder
	switch {
	case s.Fault != "":
		fmt.Fprintf(&out, "The tests cannot run: %s\n", s.Fault)
	case s.State == Untouched && len(s.Outcome.Tests) == 0 && s.Outcome.Build == "":
		out.WriteString("Nothing is written yet.\n")
	case s.State == Solved:
		fmt.Fprintf(&out, "All tests pass.\n")
	case s.Outcome.Build != "":
		_, said := s.Outcome.First()
		fmt.Fprintf(&out, "It does not compile yet:\n\n%s", indented(said))
	default:
		test, said := s.Outcome.First()
		fmt.Fprintf(&out, "%s says:\n\n%s", test, wrapped(said))
	}
	fmt.Fprintf(&out, "\n  You write in %s\n  The tests:   %s\n", files(s.Exercise), s.Command())
	return out.String()
}

// files are the files in which the learner writes.
func files(e exercise.Exercise) string {
	sources, err := e.Stub()
	if err != nil || len(sources) == 0 {
		return e.Folder()
	}
	var names []string
	for name := range sources {
		names = append(names, path.Join(e.Folder(), name))
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// hintPage is the first n hints.
func hintPage(e exercise.Exercise, n int) string {
	var out strings.Builder
	for i, hint := range e.Task.Hints[:min(n, len(e.Task.Hints))] {
		fmt.Fprintf(&out, "Hint %d of %d\n\n%s\n", i+1, len(e.Task.Hints), plain(hint))
	}
	if n > len(e.Task.Hints) {
		out.WriteString("There are no more hints.\n")
	}
	return out.String()
}

// solutionPage is the solution with its reasons, the question, and where to read on.
func solutionPage(e exercise.Exercise) (string, error) {
	sources, err := e.Solution()
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, name := range slices.Sorted(keys(sources)) {
		fmt.Fprintf(&out, "A solution (%s/solution/%s)\n\n", e.Folder(), name)
		for line := range strings.Lines(string(exercise.WithoutMarks(sources[name]))) {
			out.WriteString(strings.TrimRight("  "+line, " \n") + "\n")
		}
		out.WriteByte('\n')
	}
	fmt.Fprintf(&out, "A question\n\n%s\n", plain(e.Task.Afterwards))
	fmt.Fprintf(&out, "An answer\n\n%s\n", plain(e.Task.Answer))
	join := func(folder, target string) string {
		if strings.Contains(target, "://") {
			return target
		}
		return filepath.ToSlash(path.Join(folder, target))
	}
	for _, l := range links(e.Task.Afterwards+e.Task.After, e.Folder(), join) {
		fmt.Fprintf(&out, "  Read on in %s\n", l)
	}
	return out.String(), nil
}

func keys(s exercise.Sources) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for name := range s {
			if !yield(name) {
				return
			}
		}
	}
}

// listPage is a line for each exercise.
func listPage(steps []Step, d *Diary, now time.Time) string {
	var out strings.Builder
	chapter := ""
	for _, s := range steps {
		if s.Chapter != chapter {
			chapter = s.Chapter
			fmt.Fprintf(&out, "%s\n", chapter)
		}
		note := ""
		if day, ok := d.Day(s.ID()); ok {
			note = "solved " + day.Format(time.DateOnly)
			if s.State != Solved {
				note += ", fails now"
			}
		}
		if s.State == Solved && d.Due(s.ID(), now) {
			note += ", to be repeated: make learn ARGS='reset " + s.Name + "'"
		}
		if s.Fault != "" {
			note = s.Fault
		}
		fmt.Fprintln(&out, strings.TrimRight(fmt.Sprintf("  %s %-22s %3d min  %-10s %s", s.State.mark(), s.Name, s.Entry.Minutes, s.Entry.Kind, note), " "))
	}
	return out.String()
}

// duePage proposes what to repeat.
func duePage(all []exercise.Exercise, d *Diary, now time.Time) string {
	var due []string
	for _, e := range all {
		if d.Due(e.ID(), now) {
			day, _ := d.Day(e.ID())
			due = append(due, fmt.Sprintf("%s (%d days)", e.Name, int(now.Sub(day).Hours()/24)))
		}
	}
	if len(due) == 0 {
		return ""
	}
	return "To be repeated: " + strings.Join(due, ", ") + ". make learn ARGS='reset NAME' begins it anew.\n"
}

// wrapped breaks lines that a terminal does not show whole between two words. The others
// stay as they are: a message may draw a table.
func wrapped(text string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimRight(line, "\n")
		rest := strings.TrimLeft(line, " ")
		indent := "    " + line[:len(line)-len(rest)]
		for {
			at := breakAt(rest, lineWidth-len(indent))
			fmt.Fprintln(&out, strings.TrimRight(indent+rest[:at], " "))
			if rest = strings.TrimLeft(rest[at:], " "); rest == "" {
				break
			}
		}
	}
	return out.String()
}

// breakAt is where the text's first line ends that has no more than width letters. A
// word that is longer stays whole.
func breakAt(text string, width int) int {
	letters, space := 0, 0
	for i, r := range text {
		if r == ' ' && i > 0 {
			space = i
		}
		if letters++; letters > width && space > 0 {
			return space
		}
	}
	return len(text)
}

// indented keeps a text's words as they are.
func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n    ") + "\n"
}
