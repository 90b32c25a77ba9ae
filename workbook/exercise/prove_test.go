package exercise_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"example.com/redis-chat/workbook/exercise"
)

const folder = "01-sums/exercises/"

// change replaces a part of a file of the sound chapter; all of it when old is empty.
type change struct{ file, old, new string }

// unpack writes the sound chapter, changed, into a folder of the test's own.
func unpack(t *testing.T, changes ...change) (root string) {
	archive, err := txtar.ParseFile("testdata/sound.txtar")
	require.NoError(t, err)
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	for _, c := range changes {
		if c.old == "" {
			files[c.file] = c.new
			continue
		}
		require.Contains(t, files[c.file], c.old)
		files[c.file] = strings.ReplaceAll(files[c.file], c.old, c.new)
	}
	root = t.TempDir()
	for name, text := range files {
		if text == "" {
			continue // taken away
		}
		file := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o777))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	}
	return root
}

func TestSoundExerciseHasNoFindings(t *testing.T) {
	root := unpack(t)
	all, err := exercise.List(root)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, "01-sums/total", all[0].ID())
	require.Equal(t, 10, all[0].Task.Minutes)
	require.Equal(t, []string{"A loop does it.", "Begin with 0."}, all[0].Task.Hints)
	wrongs, err := all[0].Wrongs()
	require.NoError(t, err)
	require.Equal(t, "the sum begins with 1, and not with 0.", wrongs[1].Mistake)
	findings, err := exercise.Prove(t.Context(), root, all)
	require.NoError(t, err)
	require.Empty(t, findings)
}

// Each rule is broken once; the finding says what, and where.
func TestEachFaultIsFound(t *testing.T) {
	const (
		dir      = folder + "total/"
		test     = dir + "total_test.go"
		stub     = dir + "total.go"
		solution = dir + "solution/total.go"
		wrong    = dir + "wrong/one-more/total.go"
		task     = dir + "README.md"
		list     = folder + "README.md"
	)
	both := func(old, new string) []change { return []change{{stub, old, new}, {solution, old, new}} }
	for name, c := range map[string]struct {
		changes []change
		says    string
	}{
		"the stub is not what is cut":         {[]change{{stub, "return 0,", "return 1,"}}, "01-sums/exercises/total: it is not the stub that is cut out of its solution"},
		"the stub does not compile":           {both("return 0, errors.New(\"Total", "return none, errors.New(\"Total"), "the stub does not compile"},
		"the stub panics":                     {both(`return 0, errors.New("Total is not written yet")`, `panic(errors.New("todo"))`), "the stub panics"},
		"the stub passes":                     {both(`return 0, errors.New("Total is not written yet")`, `return 6, errors.New("no")`), "TestPointsAreAdded passes on the stub"},
		"a test skips on the stub":            {[]change{{test, "t.Errorf", "t.Skipf"}}, "TestPointsAreAdded is skipped on the stub"},
		"a test fails without a word":         {[]change{{test, `t.Errorf("Total of 1, 2 and 3 points says %d (%v), want 6", got, err)`, "_ = err\n\t\tt.Fail()"}}, "does not say why"},
		"the solution fails":                  {[]change{{solution, "sum += p", "sum -= p"}}, "TestPointsAreAdded fails on the solution"},
		"the solution does not compile":       {[]change{{solution, "sum += p", "sum += q"}}, "the solution does not compile"},
		"there is no solution":                {[]change{{solution, "", ""}}, "there is no solution"},
		"the mistake is not seen":             {[]change{{wrong, "sum := 1", "sum := 0"}}, "wrong/one-more: the tests pass; they do not see the mistake: the sum begins with 1, and not with 0."},
		"the mistake is not told":             {[]change{{wrong, "The test says: Total of 1", "The test says: Total of 5"}}, `wrong/one-more: the tests do not say "Total of 5, 2 and 3 points"`},
		"the mistake says nothing":            {[]change{{wrong, "The test says", "The test thinks"}}, "wrong/one-more: its package comment needs"},
		"the mistake does not compile":        {[]change{{wrong, "sum := 1", "sum := one"}}, "wrong/one-more does not compile"},
		"there is but one mistake":            {[]change{{wrong, "", ""}}, "1 typical mistakes; two are the least"},
		"a region has no end":                 {[]change{{solution, "\t//exercise:end\n", ""}}, "solution/total.go: the last region has no //exercise:end"},
		"a region ends twice":                 {[]change{{solution, "//exercise:end\n", "//exercise:end\n\t//exercise:end\n"}}, "//exercise:end is out of order"},
		"nothing is cut":                      {[]change{{solution, "//exercise:", "// exercise:"}}, "nothing is cut out"},
		"the stub's code is not commented":    {[]change{{solution, "\t// return 0,", "\treturn 0,"}}, "line 12: between //exercise:stub and //exercise:solution each line is a comment"},
		"the task is missing":                 {[]change{{task, "", ""}}, "total/README.md: the task is missing"},
		"a section is missing":                {[]change{{task, "## Why", "## Because"}}, "the sections must be Task, Why, Out of scope, Hints, Afterwards; they are Task, Because"},
		"a section is empty":                  {[]change{{task, "Large numbers.", ""}}, `the section "Out of scope" is empty`},
		"minutes differ":                      {[]change{{task, "**10 minutes**", "**15 minutes**"}}, `it says 15 minutes and "write", the chapter's list says 10 and "write"`},
		"the line below the title is missing": {[]change{{task, "after [Sums]", "before [Sums]"}}, "below the title stands"},
		"hints are missing":                   {[]change{{task, "<summary>Hint 2", "Hint 2"}}, "two hints are the least"},
		"nothing is asked afterwards":         {[]change{{task, "say?", "say."}}, `the section "Afterwards" asks a question`},
		"the answer is missing":               {[]change{{task, "<summary>Answer", "<summary>Reply"}}, `the question of the section "Afterwards" has a folded answer`},
		"the list leads elsewhere":            {[]change{{list, "total/README.md", "sum/README.md"}}, "01-sums/exercises/README.md:5: the link must lead to total/README.md"},
		"a kind is unknown":                   {[]change{{list, "| write |", "| read |"}, {task, "· write ·", "· read ·"}}, `01-sums/exercises/README.md:5: the kind is write, debugging or number, not "read"`},
		"it takes too long":                   {[]change{{list, "| 10 |", "| 45 |"}, {task, "**10 minutes**", "**45 minutes**"}}, "5 to 40 minutes"},
		"a folder is not listed":              {[]change{{folder + "sum/x.txt", "", "x"}}, "the folder sum is not in the list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := unpack(t, c.changes...)
			require.Contains(t, found(t.Context(), root), c.says)
		})
	}
}

// found is everything that is wrong, as text.
func found(ctx context.Context, root string) string {
	all, err := exercise.List(root)
	if err != nil {
		return err.Error()
	}
	findings, err := exercise.Prove(ctx, root, all)
	if err != nil {
		return err.Error()
	}
	return strings.Join(findings, "\n")
}

func TestLearnersWorkIsNoConcernOfTheProof(t *testing.T) {
	root := unpack(t, change{folder + "total/total.go", "return 0, errors", "return 0 errors"}, change{folder + "total/more.go", "", "package other"})
	all, err := exercise.List(root)
	require.NoError(t, err)
	findings, err := exercise.Prove(t.Context(), root, all)
	require.NoError(t, err)
	require.Len(t, findings, 1, "it is said that it is there, and no more")
	require.Contains(t, findings[0], "make learn ARGS='reset total' keeps your file")
}
