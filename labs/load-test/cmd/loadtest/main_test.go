package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// command runs the program as from the command line.
func command(t *testing.T, args ...string) (out, errOut string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	err = run(t.Context(), append([]string{"loadtest"}, args...), &o, &e)
	return o.String(), e.String(), err
}

func TestMistakesAreOneSentence(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no word":           {nil, `give one word for what to do, not ""`},
		"an unknown word":   {[]string{"fast"}, `not "fast"`},
		"an unknown system": {[]string{"-systems", "ejabberd", "steady"}, `there is no system "ejabberd"`},
		"a bad number":      {[]string{"-clients", "many", "steady"}, `-clients "many"`},
		"nothing to draw":   {[]string{"draw"}, "draw wants a result and -html"},
		"no round":          {[]string{"-rounds", "0", "compare"}, "-rounds 0: give 1 or more"},
		"a bad redis":       {[]string{"-redis", "cluster", "steady"}, `-redis "cluster"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := command(t, c.args...)
			require.ErrorIs(t, err, errUsage)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestHelpTellsTheModes(t *testing.T) {
	_, help, err := command(t, "-h")
	require.Error(t, err)
	for _, word := range []string{"steady", "search", "idle", "slow", "grow", "short", "compare", "draw", "-systems"} {
		require.Contains(t, help, word)
	}
}

func TestResultIsShownWrittenAndDrawn(t *testing.T) {
	dir := t.TempDir()
	result, page, again := filepath.Join(dir, "r.json"), filepath.Join(dir, "r.html"), filepath.Join(dir, "again.html")
	out, said, err := command(t, "-systems", "ceiling", "-clients", "4", "-senders", "1", "-rate", "50", "-warmup", "1ns", "-length", "1s",
		"-json", result, "-html", page, "steady")
	require.NoError(t, err)
	require.Contains(t, out, "ceiling")
	require.Contains(t, said, "ceiling      steady: ")
	_, _, err = command(t, "-html", again, "draw", result)
	require.NoError(t, err)
	first, err := os.ReadFile(page)
	require.NoError(t, err)
	second, err := os.ReadFile(again)
	require.NoError(t, err)
	require.Contains(t, string(first), "-systems ceiling")
	require.Len(t, second, len(first), "the same result makes the same page")
}
