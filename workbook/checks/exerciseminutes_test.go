package checks

import "testing"

func TestExercisesMinutes(t *testing.T) {
	const task = "# Sum\n\n**15 minutes** · write · after [One](../../README.md)\n\n## Task\n\nAdd.\n\n## Why\n\nIt is so.\n\n## Out of scope\n\nMore.\n\n" +
		"## Hints\n\n<details><summary>Hint 1</summary>\n\nOne.\n\n</details>\n<details><summary>Hint 2</summary>\n\nTwo.\n\n</details>\n\n" +
		"## Afterwards\n\nWhy? [One](../../README.md)\n\n<details><summary>Answer</summary>\n\nSo.\n\n</details>\n"
	list := func(sum string) string {
		return "# Exercises\n\n" + sum + "\n\n| exercise | minutes | kind | what you write |\n|---|---|---|---|\n| [sum](sum/README.md) | 15 | write | a sum |\n"
	}
	files := map[string]string{
		"01-one/README.md":               "**Time:** 40 minutes: 15 to read, 25 to run.\n\n**Exercise:** [sum](exercises/sum/README.md), 15 minutes: a sum.\n",
		"01-one/exercises/README.md":     list("15 minutes in all,\nbesides the lesson's own 40."),
		"01-one/exercises/sum/README.md": task,
		"docs/workshop.md":               "[sum](../01-one/exercises/sum/README.md) 15, or [sum](../01-one/exercises/sum/README.md); 20 people\n",
	}
	requireFindings(t, wrongExerciseMinutes, repository(t, files))

	files["README.md"] = "| [One](01-one/README.md) | do it | A1 | 20 | 40 |\n"
	files["01-one/exercises/README.md"] = list("25 minutes in all, besides the lesson's own 40.")
	files["docs/workshop.md"] = "\n[sum](../01-one/exercises/sum/README.md) 20\n"
	requireFindings(t, wrongExerciseMinutes, repository(t, files),
		`01-one/exercises/README.md:1: write "15 minutes in all, besides the lesson's own 40."`,
		"README.md:1: 20 minutes for the exercises of 01-one, and they are 15 together",
		"docs/workshop.md:2: 20 minutes for 01-one/exercises/sum/README.md, and its list says 15",
	)
}
