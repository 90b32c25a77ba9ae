package learn

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSolvedExercisesAreProposedAgainAfter7And21And60Days(t *testing.T) {
	c := newChapter(t).open()
	const id = "01-sums/total"
	day := c.today
	require.False(t, c.diary.Due(id, day), "it was never solved")
	for _, days := range []int{7, 21, 60} {
		require.NoError(t, c.diary.Solved(id, day))
		require.NoError(t, c.diary.Solved(id, day.AddDate(0, 0, 1)), "the first day counts")
		require.False(t, c.diary.Due(id, day.AddDate(0, 0, days-1)))
		day = day.AddDate(0, 0, days)
		require.True(t, c.diary.Due(id, day), days)
		require.NoError(t, c.diary.Again(id, day))
		require.False(t, c.diary.Due(id, day), "it is under way")
	}
	require.NoError(t, c.diary.Solved(id, day))
	require.False(t, c.diary.Due(id, day.AddDate(9, 0, 0)), "four times are enough")

	read, err := ReadDiary(c.Root)
	require.NoError(t, err)
	last, ok := read.Day(id)
	require.True(t, ok)
	require.Equal(t, "2027-02-25", last.Format("2006-01-02"))
}

func TestWhatSomebodyWroteIntoTheDiaryStays(t *testing.T) {
	c := newChapter(t)
	c.write(DiaryFile, "# my notes\n\n2026-11-20 solved 01-sums/total\n")
	c.write(totalFile, passing)
	c.open()
	require.NoError(t, c.Once(t.Context(), ""))
	require.Contains(t, c.screen.take(), "To be repeated: total (9 days).")
	require.Equal(t, "# my notes\n\n2026-11-20 solved 01-sums/total\n", c.read(DiaryFile))
}
