package learn

import (
	"context"
	"fmt"
	"strings"

	"example.com/redis-chat/workbook/exercise"
)

// keyLine names the keys of the dialogue.
const keyLine = "h hint   t test   l list   r reset   s solution   n next   q quit"

// dialogue is what the terminal shows, and why.
type dialogue struct {
	*Learner
	keys   <-chan byte
	clear  string // what empties the screen
	steps  []Step // of all exercises, as they were seen last
	at     int    // the exercise in hand
	hints  int    // shown
	view   view
	window window
	follow bool   // the learner asked for this run of the tests: show what they say
	asking byte   // r or s: a question is open
	notice string // what came of the last key
	busy   string // why the tests run
}

type view int

const (
	viewTask view = iota
	viewList
	viewSolution
)

// Talk leads the dialogue on a terminal until the learner quits, the keys end or ctx
// does. It begins with the exercise named, or with the first that is not solved.
// clearScreen is printed before each page.
func (l *Learner) Talk(ctx context.Context, from string, keys <-chan byte, clearScreen string) error {
	d := &dialogue{Learner: l, keys: keys, clear: clearScreen}
	for _, e := range l.all {
		d.steps = append(d.steps, Step{Exercise: e})
	}
	if err := d.survey(ctx, from); err != nil {
		return err
	}
	for {
		next, err := d.work(ctx)
		if err != nil || next < 0 {
			return err
		}
		d.at, d.hints, d.view, d.window, d.notice, d.busy = next, 0, viewTask, window{}, "", ""
	}
}

// survey finds out what is solved, and shows the bar as it grows.
func (d *dialogue) survey(ctx context.Context, from string) error {
	if from != "" {
		e, err := exercise.Find(d.all, from)
		if err != nil {
			return err
		}
		d.at = d.index(e)
	}
	found := from != ""
	i := 0
	_, err := Walk(ctx, d.all, func(s Step) {
		d.steps[i] = s
		d.note(s)
		if !found && s.State != Solved {
			d.at, found = i, true
		}
		i++
		if s.State != Untouched {
			d.print(d.clear + d.header(d.steps) + "\nLooking at what is solved …\n")
		}
	})
	if !found {
		d.at = len(d.all) - 1
	}
	return err
}

// work stays with one exercise. It returns the index of the next, or -1 to quit.
func (d *dialogue) work(ctx context.Context) (next int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	changed := watch(ctx, d.all[d.at].Dir())
	results := make(chan Step)
	var stop context.CancelFunc
	running := 0
	defer func() {
		cancel()
		for range changed { // until the watcher has ended
		}
		for ; running > 0; running-- {
			<-results
		}
	}()
	test := func() {
		if stop != nil {
			stop()
		}
		var run context.Context
		run, stop = context.WithCancel(ctx)
		running++
		e := d.all[d.at]
		go func() {
			step, err := Test(run, e)
			if err != nil {
				step = Step{} // it was stopped: a newer one is on its way
			}
			results <- step
		}()
	}
	if d.steps[d.at].State == Untouched {
		d.busy = "The tests run, to say what is asked for …"
		test()
	}
	d.show()
	for {
		select {
		case <-ctx.Done():
			return -1, nil
		case _, ok := <-changed:
			if !ok {
				return -1, nil
			}
			d.busy, d.follow = "The file has changed: the tests run …", true
			test()
			d.show()
		case step := <-results:
			running--
			if step.Name != "" {
				d.take(step)
				d.show()
			}
		case key, ok := <-d.keys:
			if !ok {
				return -1, nil
			}
			if next, done := d.press(key); done {
				return next, nil
			}
			if key == '\r' || key == 't' {
				d.busy, d.follow = "The tests run …", true
				test()
			}
			d.show()
		}
	}
}

// take takes what the tests say.
func (d *dialogue) take(step Step) {
	before := d.steps[d.at].State
	d.steps[d.at] = step
	d.busy = ""
	d.note(step)
	switch {
	case step.State == Solved && before != Solved:
		d.view, d.window.top = viewSolution, 0
	case step.State != Solved && d.view == viewSolution:
		d.view, d.window.top = viewTask, -1
	case d.follow && d.view == viewTask:
		d.window.top = -1
	}
	d.follow = false
}

// show draws the page.
func (d *dialogue) show() {
	step := d.steps[d.at]
	var page strings.Builder
	page.WriteString(d.header(d.steps) + duePage(d.all, d.diary, d.Now()) + "\n")
	switch d.view {
	case viewList:
		page.WriteString(listPage(d.steps, d.diary, d.Now()))
	case viewSolution:
		if step.State == Solved {
			fmt.Fprintf(&page, "%s / %s is solved.\n\n", shortChapter(step.Chapter), step.Task.Title)
		}
		text, err := solutionPage(step.Exercise)
		page.WriteString(text)
		if err != nil {
			page.WriteString(err.Error() + "\n")
		}
	default:
		page.WriteString(taskPage(step.Exercise) + "\n")
		if d.hints > 0 {
			page.WriteString(hintPage(step.Exercise, d.hints))
		}
		page.WriteString(resultPage(step))
	}
	foot := ""
	for _, line := range []string{d.notice, d.busy} {
		if line != "" {
			foot += "\n" + line + "\n"
		}
	}
	foot += "\n" + keyLine + "\n"
	height := 0
	if d.Height != nil {
		height = d.Height()
	}
	d.print(d.clear + d.window.cut(page.String(), foot, height) + foot)
}
