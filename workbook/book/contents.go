package book

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"example.com/redis-chat/workbook/markdown"
	"example.com/redis-chat/workbook/workspace"
)

// part is a group of texts under one heading of the contents.
type part struct {
	Name  string
	Texts []*chapter
}

// chapter is a text's place in the book.
type chapter struct {
	*markdown.Text
	ID    string // of the text's element; the ids of its headings begin with it
	Below bool   // it belongs to the chapter before it, as exercises do
}

// parts say which files belong where. Of a part's patterns the first come first; files of one pattern are sorted.
var parts = []struct {
	name     string
	patterns []string
}{
	{"Start", []string{"README.md"}},
	{"The path", []string{"0[1-9]-*/README.md"}},
	{"Labs", []string{"labs/*/README.md"}},
	{"About the whole", []string{"docs/workshop.md", "docs/*.md"}},
	{"Decisions", []string{"docs/decisions/README.md", "docs/decisions/*.md"}},
	{"Taking part", []string{"CONTRIBUTING.md", "CHANGELOG.md", "findings/README.md"}},
}

// leftOut are texts that are no reading matter: the slides are a page of their own.
var leftOut = []string{"docs/slides.md"}

// contents reads the repository's texts in the order of the book.
func contents(root string) ([]part, error) {
	files, err := workspace.Files(root, "*.md")
	if err != nil {
		return nil, err
	}
	var all []part
	taken := slices.Clone(leftOut)
	for _, p := range parts {
		read := part{Name: p.name}
		for _, pattern := range p.patterns {
			for _, name := range files {
				if ok, err := path.Match(pattern, name); err != nil || !ok || slices.Contains(taken, name) {
					if err != nil {
						return nil, err
					}
					continue
				}
				taken = append(taken, name)
				names, err := withExercises(root, name, files)
				if err != nil {
					return nil, err
				}
				for i, name := range names {
					source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
					if err != nil {
						return nil, err
					}
					read.Texts = append(read.Texts, &chapter{markdown.Read(name, source), id(name), i > 0})
				}
			}
		}
		if len(read.Texts) > 0 {
			all = append(all, read)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no text of the workbook is in %s", root)
	}
	return all, nil
}

// withExercises returns a lesson's file and those of its exercises, in the order in which their list names them.
func withExercises(root, lesson string, files []string) ([]string, error) {
	names := []string{lesson}
	folder := path.Join(path.Dir(lesson), "exercises")
	list := folder + "/README.md"
	if path.Dir(lesson) == "." || !slices.Contains(files, list) {
		return names, nil
	}
	source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(list)))
	if err != nil {
		return nil, err
	}
	var exercises []string
	for _, name := range files {
		if ok, _ := path.Match(folder+"/*/README.md", name); ok {
			exercises = append(exercises, name)
		}
	}
	place := func(name string) int {
		at := bytes.Index(source, []byte("("+strings.TrimPrefix(name, folder+"/")))
		if at < 0 {
			return len(source)
		}
		return at
	}
	slices.SortStableFunc(exercises, func(a, b string) int { return place(a) - place(b) })
	return append(append(names, list), exercises...), nil
}

// id makes an element's id of a file's name.
func id(name string) string {
	name = strings.TrimSuffix(strings.TrimSuffix(name, "README.md"), ".md")
	if name == "" {
		return "start"
	}
	return strings.ReplaceAll(strings.Trim(name, "/"), "/", "-")
}
