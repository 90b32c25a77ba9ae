package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	loadtest "example.com/redis-chat/labs/load-test"
)

func table(t *testing.T, r *loadtest.Report) string {
	var b bytes.Buffer
	require.NoError(t, Table(&b, r))
	return b.String()
}

// lineOf is the words of the first line after a heading that begins with this word.
func lineOf(t *testing.T, text, heading, word string) []string {
	_, after, found := strings.Cut(text, heading)
	require.True(t, found, "%q in\n%s", heading, text)
	for line := range strings.Lines(after) {
		if words := strings.Fields(line); len(words) > 0 && words[0] == word {
			return words
		}
	}
	require.Fail(t, "no line", "%q after %q in\n%s", word, heading, text)
	return nil
}

func TestTheTableHasTheMedianRounds(t *testing.T) {
	text := table(t, sample())
	require.Equal(t, strings.Fields("redis-chat 2 × 100 3 50 9,950 0/0/0 0.60 1.08 2.52 7.20 16.8 1.22 42.0 0.41"),
		lineOf(t, text, "light load", ours), "the second of three rounds")
	require.Equal(t, strings.Fields("node.js 2 × 100 3 50 9,950 0/0/0 5.40 9.72 22.7 64.8 151 11.0 42.0 0.41"),
		lineOf(t, text, "light load", "node.js"))
	require.Equal(t, []string{"9", "400", "399,600"}, lineOf(t, text, "search 2 × 500", ours)[5:8], "the best step of a search")
	require.Equal(t, strings.Fields("redis-chat 2 10,000 3 7,500 6,667 72.0 7.27 0.30"), lineOf(t, text, "Idle connections", ours))
	require.Equal(t, strings.Fields("node.js CPU 8.10 9.72 11.3 13.0 14.6 16.2"), lineOf(t, text, "Cost against nodes", "node.js"))
}

func TestTheTableSaysWhatWasNotMeasured(t *testing.T) {
	text := table(t, sample())
	require.Contains(t, text, "Targets: 9 pass, 1 short, 1 not measured")
	require.Contains(t, text, "[1] 3 of 9 runs gave no result, the first: p99 passed 250 ms at 800 messages/s")
	require.Contains(t, text, "not measured [1]\n  [1] the lab was the limit: it used 3.9 of 4 cores")
	require.Contains(t, text, "- The peers speak their own protocols")

	limited := step(ours, 1, 800, 1000)
	text = table(t, &loadtest.Report{Runs: []loadtest.Run{limited}})
	require.Contains(t, text, "redis-chat [1]")
	require.Contains(t, text, "[1] the lab was the limit, not the system: it used 3.2 of 4 cores")
}

func TestTheTableFitsAProjector(t *testing.T) {
	for line := range strings.Lines(table(t, sample())) {
		require.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), 125, line)
	}
}

func TestAFailedRunIsALineWithoutFigures(t *testing.T) {
	text := table(t, &loadtest.Report{Runs: []loadtest.Run{{System: ours, Label: "light load", Nodes: 2, Failed: "node-1\tended"}}})
	require.Contains(t, text, "no result: node-1 ended")
	require.NotContains(t, text, "0.00")
}

func TestTheTableOfNothing(t *testing.T) {
	require.Equal(t, "Nothing was measured.\n", table(t, &loadtest.Report{}))
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	require.ErrorContains(t, Table(full{}, sample()), "write the table: no space left")
	require.ErrorContains(t, WriteJSON(full{}, sample()), "no space left")
	require.ErrorContains(t, HTML(full{}, sample(), nil), "no space left")
}
