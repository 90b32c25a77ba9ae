package checks

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const makefileOfJobs = `
.PHONY: run
run: ## start it, for a minute or for ten
bench: ## benchmarks (3 minutes)
compare: ## beside its peers (half an hour)
faults: bin ## break it (9 minutes; ARGS=short: 2 minutes; ARGS='-relay=streams')
soak: ## random faults for 15 minutes: does anything grow (ARGS='-for 1h')
`

// fenced is a text whose blocks stand between the real signs, which no string of Go's can hold.
func fenced(text string) string { return strings.ReplaceAll(text, "~~~", "```") }

func TestAJobsMinutesAreReadFromTheMakefile(t *testing.T) {
	require.Equal(t, map[string]int{"run": 1, "bench": 3, "compare": 30, "faults": 9, "faults ARGS=short": 2, "soak": 15}, jobMinutes(makefileOfJobs))
}

func TestJobsMinutesThatAgree(t *testing.T) {
	root := repository(t, map[string]string{"Makefile": makefileOfJobs, "README.md": fenced(`# One

<!-- typed: 9 and 15 minutes -->
~~~console
$ make faults
$ make soak
~~~

The first breaks the system in 9 minutes; the second does it at
random for 15.

<!-- typed: two minutes, 9 minutes, and a quarter of an hour -->
~~~console
$ make faults ARGS=short
$ make faults
$ make faults ARGS='-relay=streams -peer=false'
~~~

The first takes two minutes; the second is a.b, and takes, with the one beside it, 9 minutes; the third takes 40 minutes, and no job is called so.

<!-- typed: half an hour -->
~~~console
$ make compare
~~~

It takes half an hour, and 27 minutes once.

<!-- typed: your own servers -->
~~~sh
make bench
~~~

Five minutes later it takes 7 minutes.
`)})
	requireFindings(t, wrongJobMinutes, root)
}

func TestJobsMinutesThatDiffer(t *testing.T) {
	root := repository(t, map[string]string{"Makefile": makefileOfJobs, "docs/a.md": fenced(`# One

<!-- typed: 8 and 15 minutes -->
~~~console
$ make faults
$ make soak
~~~

The first takes 9 minutes, the second does it at random for 14.

<!-- typed: a quarter of an hour -->
~~~console
$ make compare
~~~

It takes an hour.

<!-- typed: two minutes, and 9 minutes -->
~~~console
$ make faults ARGS=short
$ make faults
~~~

The first is short; the second has the Node.js stack beside it, in 8 minutes.
`)})
	requireFindings(t, wrongJobMinutes, root,
		"docs/a.md:3: 8 minutes for make faults, and the Makefile says 9",
		"docs/a.md:3: 14 minutes for make soak, and the Makefile says 15",
		"docs/a.md:11: 15 minutes for make compare, and the Makefile says 30",
		"docs/a.md:11: 60 minutes for make compare, and the Makefile says 30",
		"docs/a.md:18: 8 minutes for make faults, and the Makefile says 9",
	)
}
