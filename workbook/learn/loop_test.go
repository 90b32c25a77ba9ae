package learn

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// talk is a dialogue under way.
type talk struct {
	*chapter
	keys  chan byte
	ended chan error
}

func (c *chapter) talk(from string) *talk {
	d := &talk{c, make(chan byte), make(chan error, 1)}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	go func() {
		defer cancel()
		d.ended <- d.Talk(ctx, from, d.keys, clearMark)
	}()
	return d
}

func (d *talk) press(keys string) {
	for _, k := range []byte(keys) {
		select {
		case d.keys <- k:
		case <-time.After(patience):
			require.Fail(d.t, "nobody takes the key "+string(k))
		}
	}
}

func (d *talk) shows(text string) {
	d.t.Helper()
	require.Eventually(d.t, func() bool { return strings.Contains(d.screen.last(), text) }, patience, 10*time.Millisecond, "the screen never shows: "+text)
}

func TestDialogueGoesOnWhenTheTestsPass(t *testing.T) {
	d := newChapter(t).open().talk("")
	d.shows("01 / Total")
	d.press("h")
	d.shows("Hint 1 of 2")
	d.press("h")
	d.shows("Hint 2 of 2")
	d.write(totalFile, failing)
	d.shows("Total of 1, 2 and 3 points says 5 (<nil>), want 6")
	d.press("l")
	d.shows("◐ total")
	d.write(totalFile, passing)
	d.shows("01 / Total is solved.")
	d.shows("sum += p // in any order")
	d.shows("1 of 2 solved")
	d.shows("What does Total(nil) say?")
	d.press("n")
	d.shows("01 / Sum")
	d.press("n")
	d.shows("There is no other exercise that is not solved.")
	d.press("q")
	require.NoError(t, <-d.ended)
	require.Contains(t, d.read(DiaryFile), "2026-11-29 solved 01-sums/total")
}

func TestDialogueAsksBeforeItGivesAwayOrTakesAway(t *testing.T) {
	d := newChapter(t)
	d.write(totalFile, failing)
	talk := d.open().talk("total")
	talk.shows("says 5")
	talk.press("s")
	talk.shows("It is not solved yet, and there are 2 hints. Show the solution all the same? (y or n)")
	talk.press("n")
	talk.shows("says 5")
	require.NotContains(t, d.screen.last(), "sum += p")
	talk.press("sy")
	talk.shows("sum += p")
	talk.press("r")
	talk.shows("Put the stub back? What you wrote is kept. (y or n)")
	talk.press("n")
	require.Equal(t, failing, d.read(totalFile))
	talk.press("ry")
	talk.shows("What you wrote is now in 01-sums/exercises/total/kept/total.go.1")
	require.Contains(t, d.read(totalFile), "not written yet")
	talk.press("\x03")
	require.NoError(t, <-talk.ended)
}

func TestDialogueEndsWithTheKeyboard(t *testing.T) {
	d := newChapter(t).open().talk("")
	d.shows("01 / Total")
	close(d.keys)
	require.NoError(t, <-d.ended)
}

func TestChangesAreSeenWhereNobodyTellsOfThem(t *testing.T) {
	c := newChapter(t)
	ctx, cancel := context.WithCancel(t.Context())
	changed := watchBy(ctx, c.file("01-sums/exercises/total"), nil, nil)
	defer func() {
		cancel()
		for range changed {
		}
	}()
	for _, source := range []string{failing + "\n", passing + "\n\n"} {
		c.write(totalFile, source)
		select {
		case <-changed:
		case <-time.After(patience):
			require.Fail(t, "the change was not seen")
		}
	}
}

func TestDialogueBeginsWithTheTaskWhereTheTerminalIsLow(t *testing.T) {
	c := newChapter(t)
	c.Height = func() int { return 14 }
	d := c.open().talk("")
	d.shows("-- lines 1 to 10 of ")
	d.shows("01 / Total")
	d.write(totalFile, failing)
	d.shows("want 6") // what the tests say stands at the end
	d.press(" ")
	d.shows("01 / Total")
	d.press("q")
	require.NoError(t, <-d.ended)
}

func TestWindow(t *testing.T) {
	const foot = "\nkeys\n"
	var w window
	require.Equal(t, "1\n2\n3\n", w.cut("1\n2\n3\n", foot, 6), "all of it fits")
	require.Equal(t, "1\n2\n3\n", w.cut("1\n2\n3\n", foot, 0), "nobody knows how high the terminal is")
	body := "1\n2\n3\n4\n5\n"
	require.Equal(t, "1\n2\n-- lines 1 to 2 of 5: the space bar goes on --\n", w.cut(body, foot, 6))
	w.on()
	require.Equal(t, "3\n4\n-- lines 3 to 4 of 5: the space bar goes on --\n", w.cut(body, foot, 6))
	w.on()
	require.Equal(t, "4\n5\n-- lines 4 to 5 of 5: the space bar goes on --\n", w.cut(body, foot, 6))
	w.on()
	require.Equal(t, "1\n2\n-- lines 1 to 2 of 5: the space bar goes on --\n", w.cut(body, foot, 6))
	w.top = -1
	require.Equal(t, "4\n5\n-- lines 4 to 5 of 5: the space bar goes on --\n", w.cut(body, foot, 6))
}
