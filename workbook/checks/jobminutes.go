package checks

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"example.com/redis-chat/workbook/workspace"
)

var (
	jobHelp    = regexp.MustCompile(`(?m)^([a-z-]+):.*?## (.*)$`)
	jobVariant = regexp.MustCompile(`^(?:ARGS=(\S+): |for )?` + timeWords)
	jobCommand = regexp.MustCompile(`^(?:\$ )?make ([a-z-]+)(?: ARGS=(\S+|'[^']*'))?\s*(?:#.*)?$`)
	typedTimes = regexp.MustCompile(`^<!-- typed: (.*) -->$`)
	timeSaid   = regexp.MustCompile(timeWords)
	ordinals   = regexp.MustCompile(`(?i)\b(it takes|the first|the second|the third)\b((?:[^.;]|\.\S)*?)\b` + timeWords)
)

// timeWords is a length of time as the texts say it; the unit of "9 and 15 minutes" is behind the last number.
const timeWords = `(?:(half an|a quarter of an|an) hour|(\d+|a|two|three|four|five|ten) minutes?\b|(\d+)(?: and \d+ minutes|\.$|\.\s))`

// minutesOf is the length of time of a match of timeWords, whose three groups begin at this index.
func minutesOf(m []string, at int) int {
	words := map[string]int{"half an": 30, "a quarter of an": 15, "an": 60, "a": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
	for _, group := range m[at : at+3] {
		if n, ok := words[group]; ok {
			return n
		} else if group != "" {
			return number(group)
		}
	}
	return 0
}

// wrongJobMinutes looks whether the Makefile's list of jobs and the texts say the same of how long a job takes: in the claim above
// the block with its command, and in the paragraph below, which speaks of the first, the second, or of it.
func wrongJobMinutes(_ context.Context, root string) ([]string, error) {
	makefile, err := readFile(root, "Makefile")
	if err != nil {
		return nil, err
	}
	jobs := jobMinutes(string(makefile))
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
		findings = append(findings, wrongJobsOf(name, strings.Split(string(source), "\n"), jobs)...)
	}
	return findings, nil
}

// jobMinutes reads how long each job takes: "faults", and "faults ARGS=short".
func jobMinutes(makefile string) map[string]int {
	jobs := map[string]int{}
	for _, m := range jobHelp.FindAllStringSubmatch(makefile, -1) {
		name, help := m[1], strings.NewReplacer("(", ";", ")", ";", " for ", ";for ", ": ARGS", "; ARGS").Replace(m[2])
		for part := range strings.SplitSeq(help, ";") {
			if v := jobVariant.FindStringSubmatch(strings.TrimSpace(part)); v != nil {
				job := name
				if v[1] != "" {
					job += " ARGS=" + v[1]
				}
				jobs[job] = minutesOf(v, 2)
			}
		}
	}
	return jobs
}

// wrongJobsOf looks at one text.
func wrongJobsOf(name string, lines []string, jobs map[string]int) (findings []string) {
	for i, line := range lines {
		claim := typedTimes.FindStringSubmatch(line)
		if claim == nil {
			continue
		}
		commands, below := typedBlock(lines[i+1:])
		said := map[int][]int{} // by the command's place
		if all := timeSaid.FindAllStringSubmatch(claim[1], -1); len(all) == 0 {
			continue
		} else if times := listedTimes(claim[1]); len(times) == len(commands) {
			for n, minutes := range times {
				said[n] = append(said[n], minutes)
			}
		}
		for _, m := range ordinals.FindAllStringSubmatch(below, -1) {
			n := map[string]int{"the second": 1, "the third": 2}[strings.ToLower(m[1])]
			said[n] = append(said[n], minutesOf(m, 3))
		}
		for n, command := range commands {
			want, known := jobs[command]
			for _, minutes := range said[n] {
				if known && minutes != want {
					findings = append(findings, fmt.Sprintf("%s:%d: %d minutes for make %s, and the Makefile says %d", name, i+1, minutes, command, want))
				}
			}
		}
	}
	return findings
}

// listedTimes are the times of a claim, one for each command: "9 and 15 minutes", "two minutes, 9 minutes, and a quarter of an hour".
func listedTimes(claim string) (times []int) {
	claim = regexp.MustCompile(`(\d+) and (\d+) minutes`).ReplaceAllString(claim, "$1 minutes, $2 minutes")
	for _, m := range timeSaid.FindAllStringSubmatch(claim, -1) {
		times = append(times, minutesOf(m, 1))
	}
	return times
}

// typedBlock gives the block's make jobs, "" for another command, and the paragraph below the block.
func typedBlock(lines []string) (commands []string, below string) {
	fences := 0
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, "```"):
			fences++
		case fences == 1:
			job := ""
			if m := jobCommand.FindStringSubmatch(line); m != nil {
				job = strings.TrimSpace(m[1] + " ARGS=" + m[2])
				job = strings.TrimSuffix(job, " ARGS=")
			}
			commands = append(commands, job)
		case fences == 2 && line == "" && below != "":
			return commands, below
		case fences == 2:
			below = strings.TrimSpace(below + " " + line)
		}
	}
	return commands, below
}
