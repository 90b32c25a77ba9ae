package learn

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFirstExerciseThatIsNotSolvedIsShown(t *testing.T) {
	c := newChapter(t).open()
	require.NoError(t, c.Once(t.Context(), ""))
	page := c.screen.take()
	require.Contains(t, page, "0 of 2 solved\n 01 ○○")
	require.Contains(t, page, "01 / Total   10 minutes, write")
	require.Contains(t, page, "TestPointsAreAdded says:\n\n    Total of 1, 2 and 3 points says 0 (Total is not written yet), want 6\n")
	require.Contains(t, page, "You write in 01-sums/exercises/total/total.go")
	require.Contains(t, page, "go test ./01-sums/exercises/total\n")

	c.write(totalFile, failing)
	require.NoError(t, c.Once(t.Context(), ""))
	page = c.screen.take()
	require.Contains(t, page, "01 ◐○")
	require.Contains(t, page, "TestPointsAreAdded says:\n\n    Total of 1, 2 and 3 points says 5 (<nil>), want 6\n")

	c.write(totalFile, passing)
	require.NoError(t, c.Once(t.Context(), ""))
	page = c.screen.take()
	require.Contains(t, page, "1 of 2 solved\n 01 ●○")
	require.Contains(t, page, "01 / Sum")
	require.Contains(t, c.read(DiaryFile), "2026-11-29 solved 01-sums/total\n")

	require.NoError(t, c.Once(t.Context(), "sum"))
	require.Contains(t, c.screen.take(), "01 / Sum")
}

// What counts is what the tests say now, whatever the diary says.
func TestDiaryIsNoProof(t *testing.T) {
	c := newChapter(t)
	c.write(DiaryFile, "2026-11-01 solved 01-sums/total\n")
	c.write(totalFile, failing)
	require.NoError(t, c.open().List(t.Context()))
	page := c.screen.take()
	require.Contains(t, page, "0 of 2 solved")
	require.Contains(t, page, "◐ total                   10 min  write      solved 2026-11-01, fails now\n")
}

func TestWhatDoesNotCompileIsToldWithFileAndLine(t *testing.T) {
	c := newChapter(t).open()
	c.write(totalFile, "package total\n\nfunc Total(points []int) (int, error) { return sum, nil }\n")
	require.NoError(t, c.Once(t.Context(), ""))
	page := c.screen.take()
	require.Contains(t, page, "It does not compile yet:")
	require.Contains(t, page, "01-sums/exercises/total/total.go:3:48: undefined: sum")
}

func TestWrongTreeIsToldInASentence(t *testing.T) {
	c := newChapter(t).open()
	require.NoError(t, os.Remove(c.file(totalFile)))
	require.NoError(t, c.Once(t.Context(), ""))
	require.Contains(t, c.screen.take(), "The tests cannot run: 01-sums/exercises/total holds no Go file to write in: make learn ARGS='reset total' puts the stub back.")
	require.NoError(t, c.Reset("total", false))
	require.Contains(t, c.read(totalFile), "Total is not written yet")

	require.NoError(t, os.RemoveAll(c.file("01-sums/exercises/total")))
	c.open()
	page := c.screen.take()
	require.Contains(t, page, "01-sums/exercises/total/README.md: the task is missing")
	require.NoError(t, c.Once(t.Context(), "sum"), "the others are there")

	require.NoError(t, os.RemoveAll(c.file("01-sums")))
	require.ErrorContains(t, c.Open(), "there are no exercises")
	c.write("01-sums/exercises/README.md", "")
	c.write(DiaryFile, "2026-11-29 solved\n")
	c2 := newChapter(t)
	c2.write(DiaryFile, "# mine\n2026-11-29 solved\n")
	require.ErrorContains(t, c2.Open(), `progress.txt:2: "2026-11-29 solved" is no entry like`)
}

func TestRunSaysWhatEachFailingTestSays(t *testing.T) {
	c := newChapter(t).open()
	require.ErrorIs(t, c.Run(t.Context(), "total"), ErrNotYet)
	require.Contains(t, c.screen.take(), "$ go test ./01-sums/exercises/total\n  FAIL  TestPointsAreAdded\n    Total of 1, 2 and 3 points says 0 (Total is not written yet), want 6\n")
	c.write(totalFile, passing)
	require.NoError(t, c.Run(t.Context(), "total"))
	page := c.screen.take()
	require.Contains(t, page, "All tests pass.")
	require.Contains(t, page, "  A solution:  go run ./workbook/cmd/learn solution total\n")
	require.ErrorContains(t, c.Run(t.Context(), "totals"), `there is no exercise "totals"`)
}

func TestHintsComeOneByOne(t *testing.T) {
	c := newChapter(t).open()
	require.NoError(t, c.Hint(t.Context(), "", 1))
	page := c.screen.take()
	require.Contains(t, page, "Hint 1 of 2\n\n  A loop does it.\n")
	require.Contains(t, page, "One more: go run ./workbook/cmd/learn hint total 2\n")
	require.NotContains(t, page, "Begin with 0.")
	require.NoError(t, c.Hint(t.Context(), "total", 3))
	page = c.screen.take()
	require.Contains(t, page, "Begin with 0.")
	require.Contains(t, page, "There are no more hints.")
}

func TestResetKeepsWhatWasWritten(t *testing.T) {
	c := newChapter(t)
	stub := c.read(totalFile)
	c.write(totalFile, passing)
	c.write("01-sums/exercises/total/more.go", "package total\n")
	c.open()
	require.NoError(t, c.Once(t.Context(), ""))
	c.screen.take()
	require.NoError(t, c.Reset("total", false))
	require.Contains(t, c.screen.take(), "total: what you wrote is now in 01-sums/exercises/total/kept/total.go.1\n")
	require.Equal(t, stub, c.read(totalFile))
	require.Equal(t, passing, c.read("01-sums/exercises/total/kept/total.go.1"))
	require.Equal(t, "package total\n", c.read("01-sums/exercises/total/kept/more.go.1"))
	require.NoFileExists(t, c.file("01-sums/exercises/total/more.go"))
	require.Contains(t, c.read(DiaryFile), "2026-11-29 again  01-sums/total\n")

	c.write(totalFile, failing)
	require.NoError(t, c.Reset("", true))
	require.Equal(t, failing, c.read("01-sums/exercises/total/kept/total.go.2"))
	require.NoError(t, c.Reset("total", false))
	require.Contains(t, c.screen.take(), "total: it is the stub already\n")
}

func TestSolutionIsShownAfterAQuestion(t *testing.T) {
	c := newChapter(t).open()
	require.ErrorIs(t, c.Solution(t.Context(), "total"), ErrNotYet)
	require.NotContains(t, c.screen.take(), "sum += p")
	c.In = strings.NewReader("yes\n")
	require.NoError(t, c.Solution(t.Context(), "total"))
	page := c.screen.take()
	require.Contains(t, page, "sum += p // in any order: it is the same sum")
	require.NotContains(t, page, "exercise:")
	require.NotContains(t, page, "Total is not written yet")
	require.Contains(t, page, "A question\n\n  What does Total(nil) say?")
	require.Contains(t, page, "An answer\n\n  0: nothing has been added.\n")
	require.NotContains(t, page, "details>")
	require.Contains(t, page, "Read on in 01-sums/README.md\n")

	c.write(totalFile, passing)
	c.In = strings.NewReader("")
	require.NoError(t, c.Solution(t.Context(), "total"), "what is solved needs no question")
}
