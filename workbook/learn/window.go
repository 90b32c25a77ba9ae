package learn

import (
	"fmt"
	"slices"
	"strings"
)

// window is the part of a page that the terminal shows. A page that is longer than the
// terminal would begin above its upper edge, and the task with it.
type window struct {
	top  int // the first line that is shown; below 0: so that the last one is
	size int // how many lines are shown; 0: all
	last int // where top is when the last line is shown
}

// cut returns the lines of body that fit above foot in a terminal of so many lines.
func (w *window) cut(body, foot string, height int) string {
	lines := slices.Collect(strings.Lines(body))
	room := height - strings.Count(foot, "\n") - 1 // the cursor stands in a line of its own
	if height <= 0 || len(lines) <= room {
		w.size = 0
		return body
	}
	w.size = max(room-1, 1) // one line says where we are
	w.last = len(lines) - w.size
	if w.top < 0 || w.top > w.last {
		w.top = w.last
	}
	return strings.Join(lines[w.top:w.top+w.size], "") + fmt.Sprintf("-- lines %d to %d of %d: the space bar goes on --\n", w.top+1, w.top+w.size, len(lines))
}

// on shows the lines that follow; behind the last, the first again.
func (w *window) on() {
	if w.top >= w.last {
		w.top = 0
	} else {
		w.top += w.size
	}
}
