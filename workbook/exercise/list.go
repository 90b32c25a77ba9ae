package exercise

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Exercise is one folder of work for the learner.
type Exercise struct {
	Chapter string // its chapter's folder: 01-redis-basics
	Name    string // its own folder: leaderboard
	Root    string // the repository's folder
	Entry   Entry  // what the chapter's list says of it
	Task    Task
}

// Entry is a line of a chapter's list of exercises.
type Entry struct {
	Minutes int
	Kind    string
	What    string // what the learner writes, in a few words
	Line    int    // of exercises/README.md
}

// Kinds are what an exercise can be: a function to write, a wrong program to mend, a
// number to reach.
var Kinds = []string{"write", "debugging", "number"}

// ID names an exercise in the whole workbook: 01-redis-basics/leaderboard.
func (e Exercise) ID() string { return e.Chapter + "/" + e.Name }

// Folder is where the exercise is, from the repository's root.
func (e Exercise) Folder() string { return path.Join(e.Chapter, "exercises", e.Name) }

// Package is the exercise's import path.
func (e Exercise) Package() string { return "example.com/redis-chat/" + e.Folder() }

// Dir is the exercise's folder on this machine.
func (e Exercise) Dir() string { return filepath.Join(e.Root, filepath.FromSlash(e.Folder())) }

// listed is a line of the table: a link to the task, minutes, kind, what is written.
var listed = regexp.MustCompile(`^\|\s*\[([^\]]+)\]\(([^)]+)\)\s*\|\s*(\d+)\s*\|\s*(\w+)\s*\|\s*(.*?)\s*\|$`)

// List returns all exercises in the order in which they are done: the chapters' order,
// and in a chapter that of its exercises/README.md. What is wrong with the lists or the
// tasks is in the error, a line for each fault; the exercises that can be read are
// returned all the same.
func List(root string) ([]Exercise, error) {
	var all []Exercise
	var faults []error
	for _, pattern := range []string{"*/exercises/README.md", "*/*/exercises/README.md"} { // chapters, labs
		lists, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, list := range lists {
			name, err := filepath.Rel(root, list)
			if err != nil {
				return nil, err
			}
			found, err := listChapter(root, filepath.ToSlash(name))
			all = append(all, found...)
			faults = append(faults, err)
		}
	}
	return all, errors.Join(faults...)
}

func listChapter(root, list string) ([]Exercise, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(list)))
	if err != nil {
		return nil, fmt.Errorf("read the list of exercises: %w", err)
	}
	chapter := path.Dir(path.Dir(list))
	var all []Exercise
	var faults []error
	line := 0
	for l := range strings.Lines(string(text)) {
		line++
		m := listed.FindStringSubmatch(strings.TrimSpace(l))
		if m == nil {
			continue
		}
		fault := func(format string, args ...any) {
			faults = append(faults, fmt.Errorf("%s:%d: "+format, append([]any{list, line}, args...)...))
		}
		minutes, err := strconv.Atoi(m[3])
		if err != nil {
			fault("%q are no minutes", m[3])
		}
		e := Exercise{Chapter: chapter, Name: m[1], Root: root, Entry: Entry{minutes, m[4], m[5], line}}
		if m[2] != e.Name+"/README.md" {
			fault("the link must lead to %s/README.md, not to %s", e.Name, m[2])
		}
		if !slices.Contains(Kinds, e.Entry.Kind) {
			fault("the kind is write, debugging or number, not %q", e.Entry.Kind)
		}
		if minutes < 5 || minutes > 40 {
			fault("%d minutes: an exercise takes 5 to 40 minutes", minutes)
		}
		if slices.ContainsFunc(all, func(o Exercise) bool { return o.Name == e.Name }) {
			fault("%s is listed twice", e.Name)
			continue
		}
		if e.Task, err = readTask(e); err != nil {
			faults = append(faults, err)
		}
		all = append(all, e)
	}
	return all, errors.Join(append(faults, unlisted(root, list, all))...)
}

// unlisted tells of folders that hold a task and are not in the list.
func unlisted(root, list string, all []Exercise) error {
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(path.Dir(list))))
	if err != nil {
		return err
	}
	var faults []error
	for _, f := range entries {
		if f.IsDir() && !slices.ContainsFunc(all, func(e Exercise) bool { return e.Name == f.Name() }) {
			faults = append(faults, fmt.Errorf("%s: the folder %s is not in the list: add a line for it", list, f.Name()))
		}
	}
	return errors.Join(faults...)
}

// Find returns the exercise of that name: leaderboard, or 01-redis-basics/leaderboard,
// or 01/leaderboard.
func Find(all []Exercise, name string) (Exercise, error) {
	chapter, short, ok := strings.Cut(strings.Trim(name, "/"), "/")
	if !ok {
		chapter, short = "", chapter
	}
	var found []Exercise
	for _, e := range all {
		if e.Name == short && strings.HasPrefix(e.Chapter, chapter) {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return Exercise{}, fmt.Errorf("there is no exercise %q: list shows them all", name)
	}
	return Exercise{}, fmt.Errorf("%q is the name of several exercises: say %s or %s", name, found[0].ID(), found[1].ID())
}
