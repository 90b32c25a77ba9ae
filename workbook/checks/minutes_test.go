package checks

import "testing"

const (
	lessonOfOne = "# One\n\n**Time:** 40\nminutes: 15 to read,\n15 to run, 10 to break. **You need:** Go.\n"
	mapOfOne    = "| chapter | minutes |\n|---|---|\n| [One](01-one/README.md) | learn | 40 |\n"
)

func TestMinutesThatAgree(t *testing.T) {
	root := repository(t, map[string]string{
		"README.md":        mapOfOne,
		"01-one/README.md": lessonOfOne,
		"docs/workshop.md": `# Workshop

| 0:20 | 99 | is in no plan |

## An hour: 60 minutes

| at | minutes | what |
|---|---|---|
| 0:00 | 5 | welcome |
| 0:05 | 15 | [01](../01-one/README.md): read |
| 0:20 | 10 | [01](../01-one/README.md): run |
| 0:30 | 5 | [01](../01-one/README.md): run, the rest |
| 0:35 | 25 | questions |

## What else

| 9:00 | 1 | also in none |
`,
	})
	requireFindings(t, wrongMinutes, root)
}

func TestALessonsMinutes(t *testing.T) {
	root := repository(t, map[string]string{
		"README.md":            mapOfOne + "| [Two](02-two/README.md) | x | 40 |\n| [Lab](labs/lab/README.md) | x | 30 |\n",
		"01-one/README.md":     "**Time:** 40 minutes: 15 to read, 15 to run, 20 to break.\n",
		"02-two/README.md":     "About 40 minutes.\n",
		"03-three/README.md":   "**Time:** 10 minutes: 10 to read.\n",
		"labs/lab/README.md":   "**Time:** 45 minutes: 45 to measure.\n",
		"labs/lab/x/README.md": "no lesson\n",
	})
	requireFindings(t, wrongMinutes, root,
		"01-one/README.md:1: 40 minutes are stated, and the parts are 50 together",
		`02-two/README.md:1: no time is stated: write "**Time:**`,
		"README.md: the map has no row with the minutes of 03-three/README.md",
		"README.md:5: 30 minutes, and labs/lab/README.md says 45",
	)
}

func TestAPlansMinutes(t *testing.T) {
	root := repository(t, map[string]string{
		"README.md":        mapOfOne,
		"01-one/README.md": lessonOfOne,
		"docs/workshop.md": `## Short: 30 minutes

| 0:00 | 16 | [01](../01-one/README.md): read |
| 0:15 | 8 | [01](../01-one/README.md): break |
| 0:24 | 3 | [01](../01-one/README.md): break |
| 0:27 | 1 | [01](../01-one/README.md): measure |
| 0:28 | 1 | [02](../02-two/README.md): read |

## Long: 40 minutes

| 0:00 | 40 | [01](../01-one/README.md): run |
`,
	})
	requireFindings(t, wrongMinutes, root,
		"docs/workshop.md:3: 16 minutes to read, and 01-one/README.md states 15",
		"docs/workshop.md:4: the row begins at 0:15, and those before it end at 0:16",
		"docs/workshop.md:5: 11 minutes to break, and 01-one/README.md states 10",
		"docs/workshop.md:6: 01-one/README.md states no minutes to measure",
		"docs/workshop.md:7: 02-two/README.md is no lesson that states its minutes",
		"docs/workshop.md:1: the plan is of 30 minutes, and its rows are 29 together",
		"docs/workshop.md:11: 40 minutes to run, and 01-one/README.md states 15",
	)
}
