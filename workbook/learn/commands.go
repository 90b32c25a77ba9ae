package learn

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/redis-chat/workbook/exercise"
)

// Learner answers what somebody asks about the exercises of one repository.
type Learner struct {
	Root string
	In   io.Reader        // answers to questions
	Out  io.Writer        // what is shown
	Now  func() time.Time // the day; time.Now when nil

	// Height is how many lines the dialogue's terminal has. nil, or 0: as many as there are to show.
	Height func() int

	all    []exercise.Exercise
	faults error
	diary  *Diary
}

// ErrNotYet is in the error of a call whose tests fail, or whose question was not
// answered with yes.
var ErrNotYet = errors.New("not yet")

// Open reads the exercises and the diary. Exercises that cannot be read are told, and
// left out.
func (l *Learner) Open() error {
	if l.Now == nil {
		l.Now = time.Now
	}
	l.all, l.faults = exercise.List(l.Root)
	if l.faults != nil {
		l.print("Some exercises are not as they should be:\n" + indented(l.faults.Error()) + "\n")
	}
	if len(l.all) == 0 {
		return fmt.Errorf("there are no exercises in %s: is this the whole workbook? git status tells what is missing", l.Root)
	}
	var err error
	l.diary, err = ReadDiary(l.Root)
	return err
}

func (l *Learner) print(text string) { fmt.Fprint(l.Out, text) }

// find returns the exercise of a name, or, without one, the first that is not solved.
func (l *Learner) find(ctx context.Context, name string) (exercise.Exercise, error) {
	if name != "" {
		return exercise.Find(l.all, name)
	}
	for _, e := range l.all {
		step, err := Look(ctx, e)
		if err != nil {
			return exercise.Exercise{}, err
		}
		if step.State != Solved {
			return e, nil
		}
	}
	return l.all[len(l.all)-1], nil
}

// note writes down what has been found to be solved. A diary that cannot be written is
// told, and keeps nobody from learning.
func (l *Learner) note(s Step) {
	if s.State != Solved {
		return
	}
	if err := l.diary.Solved(s.ID(), l.Now()); err != nil {
		l.print(err.Error() + "\n")
	}
}

// List shows all exercises.
func (l *Learner) List(ctx context.Context) error {
	steps, err := Walk(ctx, l.all, l.note)
	if err != nil {
		return err
	}
	l.print(l.header(steps) + "\n" + listPage(steps, l.diary, l.Now()) + "\n" + duePage(l.all, l.diary, l.Now()))
	return nil
}

func (l *Learner) header(steps []Step) string {
	var states []State
	var chapters []string
	for i, e := range l.all {
		state := Untouched
		if i < len(steps) {
			state = steps[i].State
		}
		states, chapters = append(states, state), append(chapters, e.Chapter)
	}
	return bar(states, chapters)
}

// Once shows where the learner stands: the bar, the first exercise that is not solved
// from the one named on, and what its tests say.
func (l *Learner) Once(ctx context.Context, from string) error {
	first := 0
	if from != "" {
		e, err := exercise.Find(l.all, from)
		if err != nil {
			return err
		}
		first = l.index(e)
	}
	steps, err := Walk(ctx, l.all, l.note)
	if err != nil {
		return err
	}
	l.print(l.header(steps) + duePage(l.all, l.diary, l.Now()) + "\n")
	for _, s := range steps[first:] {
		if s.State == Untouched {
			var err error
			if s, err = Test(ctx, s.Exercise); err != nil {
				return err
			}
		}
		if s.State != Solved {
			l.print(taskPage(s.Exercise) + "\n" + resultPage(s))
			l.print(fmt.Sprintf("  A hint:      go run ./workbook/cmd/learn hint %s\n  Another one: go run ./workbook/cmd/learn -once -from NAME\n", s.Name))
			return nil
		}
	}
	l.print("Everything is solved from here on.\n")
	return nil
}

func (l *Learner) index(e exercise.Exercise) int {
	for i, other := range l.all {
		if other.ID() == e.ID() {
			return i
		}
	}
	return 0
}

// Hint shows the first n hints of an exercise.
func (l *Learner) Hint(ctx context.Context, name string, n int) error {
	e, err := l.find(ctx, name)
	if err != nil {
		return err
	}
	l.print(hintPage(e, n))
	if n < len(e.Task.Hints) {
		l.print(fmt.Sprintf("One more: go run ./workbook/cmd/learn hint %s %d\n", e.Name, n+1))
	}
	return nil
}

// Run runs an exercise's tests and shows what each failing one says. ErrNotYet: some fail.
func (l *Learner) Run(ctx context.Context, name string) error {
	e, err := l.find(ctx, name)
	if err != nil {
		return err
	}
	l.print("$ " + e.Command() + "\n")
	step, err := Test(ctx, e)
	if err != nil {
		return err
	}
	l.note(step)
	if step.State == Solved || step.Fault != "" || step.Outcome.Build != "" {
		l.print(resultPage(step))
		if step.State == Solved {
			l.print(fmt.Sprintf("  A solution:  go run ./workbook/cmd/learn solution %s\n", e.Name))
		}
	} else {
		for _, t := range step.Outcome.Tests {
			switch said := t.Sentences(); {
			case t.Action == "pass":
				l.print("  ok    " + t.Name + "\n")
			case len(said) > 0:
				l.print("  FAIL  " + t.Name + "\n" + wrapped(strings.Join(said, "\n")))
			case t.Action != "skip":
				l.print("  FAIL  " + t.Name + "\n")
			}
		}
	}
	if step.State != Solved {
		return fmt.Errorf("%s: %w", e.ID(), ErrNotYet)
	}
	return nil
}

// Reset puts stubs back: of the exercise named, or of all. What was written is kept, and
// it is said where.
func (l *Learner) Reset(name string, all bool) error {
	some := l.all
	if !all {
		e, err := exercise.Find(l.all, name)
		if err != nil {
			return err
		}
		some = []exercise.Exercise{e}
	}
	for _, e := range some {
		kept, err := Reset(e)
		for _, file := range kept {
			l.print(fmt.Sprintf("%s: what you wrote is now in %s\n", e.Name, file))
		}
		if err != nil {
			return err
		}
		if len(kept) == 0 && !all {
			l.print(e.Name + ": it is the stub already\n")
		}
		if err := l.diary.Again(e.ID(), l.Now()); err != nil {
			return err
		}
	}
	return nil
}

// Solution shows a solution. Before the exercise is solved it asks.
func (l *Learner) Solution(ctx context.Context, name string) error {
	e, err := l.find(ctx, name)
	if err != nil {
		return err
	}
	step, err := Look(ctx, e)
	if err != nil {
		return err
	}
	if step.State != Solved {
		l.print(fmt.Sprintf("%s is not solved yet, and has %d hints. Show the solution all the same? (yes or no) ", e.Name, len(e.Task.Hints)))
		answer, err := bufio.NewReader(l.In).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
			l.print("\n")
			return fmt.Errorf("the solution is not shown: %w", ErrNotYet)
		}
	}
	page, err := solutionPage(e)
	l.print(page)
	return err
}
