package learn

import (
	"fmt"
	"strings"

	"example.com/redis-chat/workbook/exercise"
)

// press takes a key. done: the exercise is left, for the next, or for good (-1).
func (d *dialogue) press(key byte) (next int, done bool) {
	e := d.all[d.at]
	if d.asking != 0 {
		question := d.asking
		d.asking, d.notice = 0, ""
		if key == 'y' || key == 'Y' {
			d.answerYes(question, e)
		}
		return 0, false
	}
	d.notice = ""
	if key == ' ' {
		d.window.on()
		return 0, false
	}
	d.window.top = 0
	switch key {
	case 'q', 3, 4: // Ctrl-C and Ctrl-D come as bytes
		return -1, true
	case 'h':
		d.view, d.window.top = viewTask, -1
		d.hints++
	case 'l':
		d.view = viewList
	case 'r':
		d.asking = 'r'
		d.notice = "Put the stub back? What you wrote is kept. (y or n)"
	case 's':
		if d.steps[d.at].State == Solved {
			d.view = viewSolution
			break
		}
		d.asking = 's'
		d.notice = fmt.Sprintf("It is not solved yet, and there are %d hints. Show the solution all the same? (y or n)", len(e.Task.Hints))
	case 'n':
		for i := 1; i < len(d.all); i++ {
			if next := (d.at + i) % len(d.all); d.steps[next].State != Solved {
				return next, true
			}
		}
		d.notice = "There is no other exercise that is not solved."
	default:
		d.view = viewTask
	}
	return 0, false
}

func (d *dialogue) answerYes(question byte, e exercise.Exercise) {
	if question == 's' {
		d.view = viewSolution
		return
	}
	kept, err := Reset(e)
	switch {
	case err != nil:
		d.notice = err.Error()
	case len(kept) == 0:
		d.notice = "It is the stub already."
	default:
		d.notice = "What you wrote is now in " + strings.Join(kept, ", ")
		if err := d.diary.Again(e.ID(), d.Now()); err != nil {
			d.notice += "\n" + err.Error()
		}
	}
	d.steps[d.at] = Step{Exercise: e}
	d.view = viewTask
}
