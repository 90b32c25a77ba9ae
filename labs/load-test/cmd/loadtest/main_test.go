package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	redistest.Main(m)
}

// command runs the program as from the command line.
func command(t *testing.T, args ...string) (out, errOut string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	err = run(t.Context(), append([]string{"loadtest"}, args...), &o, &e)
	return o.String(), e.String(), err
}

// mistaken makes a call that has to fail, and returns its sentence and its exit code.
func mistaken(t *testing.T, args ...string) (code int, sentence string) {
	t.Helper()
	out, said, err := command(t, args...)
	require.Error(t, err)
	require.Empty(t, out)
	require.Empty(t, said)
	var errOut strings.Builder
	code = cmdline.Exit("loadtest", err, &errOut)
	require.Regexp(t, `^loadtest: [^\n]+\n$`, errOut.String())
	return code, errOut.String()
}

func TestMistakeInTheCallEndsWith2(t *testing.T) {
	const times = "want a time from 1ns to 24h, with its unit"
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, `give one word for what to do, after the flags, not ""`},
		{[]string{"fast"}, `not "fast"`},
		{[]string{"steady", "-nodes", "1"}, `after the flags, not "steady -nodes 1"`},
		{[]string{"-speed", "9", "steady"}, "flag provided but not defined: -speed; -h lists the flags"},
		{[]string{"-systems", "ejabberd", "steady"}, `-systems "ejabberd": there is no system "ejabberd"`},
		{[]string{"-systems", "", "steady"}, "there is no system"},
		{[]string{"-systems", "ceiling,", "steady"}, "there is no system"},
		{[]string{"-nodes", "0", "steady"}, `-nodes "0": want a whole number from 1 to 100`},
		{[]string{"-nodes", "-1", "steady"}, `-nodes "-1": want a whole number from 1 to 100`},
		{[]string{"-nodes", "99999999999999999999", "steady"}, "want a whole number from 1 to 100"},
		{[]string{"-measures", "light,heavy", "compare"}, `-measures "light,heavy": want light, sustained, busy`},
		{[]string{"-rounds", "0", "compare"}, `-rounds "0": want a whole number from 1 to 1000`},
		{[]string{"-clients", "many", "steady"}, `-clients "many": want a whole number`},
		{[]string{"-clients", "0", "steady"}, `-clients "0": want a whole number`},
		{[]string{"-senders", "0", "steady"}, `-senders "0": want a whole number`},
		{[]string{"-rooms", "-1", "steady"}, `-rooms "-1": want a whole number`},
		{[]string{"-rate", "0", "search"}, `-rate "0": want a number from 0.001 to 1e+07`},
		{[]string{"-rate", "NaN", "search"}, "want a number from 0.001 to 1e+07"},
		{[]string{"-size", "1000000", "steady"}, `-size "1000000": want a whole number from 1 to 61440`},
		{[]string{"-length", "5", "steady"}, `-length "5": ` + times},
		{[]string{"-length", "-1s", "steady"}, times},
		{[]string{"-warmup", "999999h", "steady"}, times},
		{[]string{"-redis", "cluster", "steady"}, `-redis "cluster": want auto, embedded or server`},
		{[]string{"-redis", "127.0.0.1:6379", "steady"}, "want auto, embedded or server: the lab measures the CPU of servers of its own"},
		{[]string{"-redis", "", "steady"}, "want auto, embedded or server"},
		{[]string{"draw"}, "draw wants a result and -html"},
		{[]string{"-html", "a.html", "draw", "a.json", "b.json"}, "draw wants a result and -html"},
	} {
		code, sentence := mistaken(t, c.args...)
		require.Equal(t, 2, code, sentence)
		require.Contains(t, sentence, c.want)
	}
}

func TestMistakeInTheWorldEndsWith1(t *testing.T) {
	dir := t.TempDir()
	nowhere := filepath.Join(dir, "no", "such", "folder")
	noResult := filepath.Join(dir, "text")
	require.NoError(t, os.WriteFile(noResult, []byte("hello"), 0o600))
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-json", nowhere, "steady"}, "write the result: open " + nowhere},
		{[]string{"-html", nowhere, "steady"}, "write the result: open " + nowhere},
		{[]string{"-html", noResult, "draw", nowhere}, "draw: open " + nowhere},
		{[]string{"-html", noResult, "draw", noResult}, "draw " + noResult + ": read a report"},
	} {
		code, sentence := mistaken(t, c.args...)
		require.Equal(t, 1, code, sentence)
		require.Contains(t, sentence, c.want)
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
