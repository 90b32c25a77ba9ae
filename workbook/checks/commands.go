package checks

import (
	"context"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"example.com/redis-chat/workbook/workspace"
)

// brokenCommands looks for make and go commands in the texts: a job must be in the
// Makefile, a package must be there and, to be run, be a program. Whether a command
// does what the text says is for the chapters' own tests.
func brokenCommands(_ context.Context, root string) ([]string, error) {
	texts, err := readTexts(root)
	if err != nil {
		return nil, err
	}
	makefile, err := readFile(root, "Makefile")
	if err != nil {
		return nil, err
	}
	var jobs []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(string(makefile), -1) {
		jobs = append(jobs, m[1])
	}
	var findings []string
	for _, t := range texts {
		for _, c := range t.code {
			findings = append(findings, commandsOf(root, t.name, c, jobs)...)
		}
	}
	slices.Sort(findings)
	return findings, nil
}

func commandsOf(root, name string, c code, jobs []string) []string {
	var findings []string
	// A command may be meant for the root, for the text's own folder, or for a
	// folder that the block goes to first.
	folders := []string{".", path.Dir(name)}
	line := c.line - 1
	for text := range strings.Lines(c.text) {
		line++
		command, ok := commandLine(text, c)
		if !ok {
			continue
		}
		for _, words := range commands(command) {
			if words[0] == "cd" && len(words) == 2 {
				folders = append(folders, words[1], path.Join(path.Dir(name), words[1]))
				continue
			}
			if why := wrong(root, folders, words, jobs); why != "" {
				findings = append(findings, fmt.Sprintf("%s:%d: %s: %s", name, line, strings.Join(words, " "), why))
			}
		}
	}
	return findings
}

// commandLine returns the command in a line of code: what stands behind a prompt, the
// whole line of a shell block, a span that begins as a command. A span with a colon and
// what differs behind it is something that a program says, as "make a folder: …".
func commandLine(line string, c code) (string, bool) {
	line = strings.TrimSpace(line)
	if command, ok := strings.CutPrefix(line, "$ "); ok {
		return command, true
	}
	switch c.language {
	case "sh", "bash", "shell":
		return line, true
	}
	return line, c.span && !strings.Contains(line, ": …")
}

var (
	between    = regexp.MustCompile(`&&|\|\||[;|&()]`)
	assignment = regexp.MustCompile(`^[A-Z_]+=`)
)

// commands cuts a line of shell into its commands, each as words, without comment and
// without the variables set for it. It does not understand quoted words: no word that
// it looks for is ever quoted.
func commands(line string) [][]string {
	line, _, _ = strings.Cut(line, " #")
	var all [][]string
	for _, command := range between.Split(line, -1) {
		words := strings.Fields(command)
		for len(words) > 0 && assignment.MatchString(words[0]) {
			words = words[1:]
		}
		if len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// wrong says what is wrong with a command, or nothing.
func wrong(root string, folders, words, jobs []string) string {
	switch words[0] {
	case "make":
		for _, job := range words[1:] {
			switch {
			case strings.Contains(job, "="):
				return "" // what follows may be its quoted value
			case !strings.HasPrefix(job, "-") && !slices.Contains(jobs, job):
				return "the Makefile has no job " + job
			}
		}
	case "go":
		return wrongGo(root, folders, words[1:])
	}
	return ""
}

func wrongGo(root string, folders, words []string) string {
	if len(words) > 1 && words[0] == "-C" {
		folders = append(folders, words[1])
		words = words[2:]
	}
	if len(words) == 0 || !slices.Contains([]string{"run", "build", "test", "vet", "install"}, words[0]) {
		return ""
	}
	for _, word := range words[1:] {
		dir, ok := strings.CutPrefix(word, "./")
		if !ok {
			continue
		}
		all := strings.HasSuffix(dir, "...")
		dir = strings.TrimSuffix(strings.TrimSuffix(dir, "..."), "/")
		if !slices.ContainsFunc(folders, func(f string) bool { return holdsPackage(root, path.Join(f, dir), all, words[0] == "run") }) {
			if words[0] == "run" {
				return "there is no program in " + word
			}
			return "there is no package in " + word
		}
		if words[0] == "run" {
			return "" // the rest are the program's own
		}
	}
	return ""
}

// holdsPackage reports whether there is Go in a folder: anywhere below it, or in
// itself, and there of package main.
func holdsPackage(root, dir string, below, program bool) bool {
	dir = path.Join(root, dir)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return false
	}
	files, err := workspace.Files(dir, "*.go")
	if err != nil {
		return false
	}
	return slices.ContainsFunc(files, func(name string) bool {
		if below {
			return true
		}
		if strings.Contains(name, "/") {
			return false
		}
		source, err := readFile(dir, name)
		return err == nil && (!program || packageMain.Match(source))
	})
}

var packageMain = regexp.MustCompile(`(?m)^package main\b`)
