package learn

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// DiaryFile is where the days are kept, in the repository's root. It can be committed.
const DiaryFile = "progress.txt"

const diaryHead = "# The day on which each exercise was solved, or begun again. learn writes it; whether one is\n# solved now is what its tests say.\n"

// Days after which an exercise is proposed again: after the first time that it was
// solved, the second, the third. Each gap is about three times the one before it, as
// what is recalled just before it is forgotten stays longest.
var repeatAfter = []int{7, 21, 60}

// Diary is what happened on which day.
type Diary struct {
	file   string
	events []diaryEvent
}

type diaryEvent struct {
	day  time.Time
	what string // solved or again
	id   string // 01-redis-basics/leaderboard
}

const (
	solvedWord = "solved"
	againWord  = "again"
)

// ReadDiary reads the diary in the repository's root. One that is not there is empty. A
// line that is none is an error with its number; nothing is lost by it, as nothing is
// written then.
func ReadDiary(root string) (*Diary, error) {
	d := &Diary{file: filepath.Join(root, DiaryFile)}
	text, err := os.ReadFile(d.file)
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Fields(line)
		var day time.Time
		if len(fields) == 3 {
			day, err = time.Parse(time.DateOnly, fields[0])
		}
		if len(fields) != 3 || err != nil || fields[1] != solvedWord && fields[1] != againWord {
			return nil, fmt.Errorf("%s:%d: %q is no entry like \"2026-11-29 solved 01-redis-basics/leaderboard\": correct the line, or take it out", DiaryFile, n, line)
		}
		d.events = append(d.events, diaryEvent{day, fields[1], fields[2]})
	}
	return d, nil
}

// Solved writes that an exercise is solved, unless that is written already.
func (d *Diary) Solved(id string, now time.Time) error {
	if last, ok := d.last(id); ok && last.what == solvedWord {
		return nil
	}
	return d.add(diaryEvent{now, solvedWord, id})
}

// Again writes that a solved exercise was begun anew.
func (d *Diary) Again(id string, now time.Time) error {
	if last, ok := d.last(id); !ok || last.what == againWord {
		return nil
	}
	return d.add(diaryEvent{now, againWord, id})
}

func (d *Diary) last(id string) (last diaryEvent, ok bool) {
	for _, e := range d.events {
		if e.id == id {
			last, ok = e, true
		}
	}
	return last, ok
}

// add appends a line: what others have written into the file stays.
func (d *Diary) add(e diaryEvent) error {
	file, err := os.OpenFile(d.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return fmt.Errorf("remember the day: %w", err)
	}
	line := fmt.Sprintf("%s %-6s %s\n", e.day.Format(time.DateOnly), e.what, e.id)
	if info, err := file.Stat(); err == nil && info.Size() == 0 {
		line = diaryHead + line
	}
	_, err = file.WriteString(line)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("remember the day: %w", err)
	}
	d.events = append(d.events, e)
	return nil
}

// Day is the day on which an exercise was solved last.
func (d *Diary) Day(id string) (day time.Time, ok bool) {
	for _, e := range d.events {
		if e.id == id && e.what == solvedWord {
			day, ok = e.day, true
		}
	}
	return day, ok
}

// Due reports whether an exercise is to be repeated: 7 days after it was solved, 21 days
// after it was solved a second time, 60 after the third.
func (d *Diary) Due(id string, now time.Time) bool {
	times := 0
	for _, e := range d.events {
		if e.id == id && e.what == solvedWord {
			times++
		}
	}
	day, ok := d.Day(id)
	if last, _ := d.last(id); !ok || last.what == againWord || times > len(repeatAfter) {
		return false
	}
	return !now.Before(day.AddDate(0, 0, repeatAfter[times-1]))
}
