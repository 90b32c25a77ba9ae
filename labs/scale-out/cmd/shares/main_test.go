package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) {
	logging.Disable() // go-redis prints each failed dial
	redistest.Main(m)
}

// fails runs shares, and returns its exit code and what it says.
func fails(t *testing.T, args ...string) (code int, says string) {
	t.Helper()
	err := run(t.Context(), args)
	require.Error(t, err)
	var e bytes.Buffer
	code = cmdline.Exit("shares", err, &e)
	require.Equal(t, 1, strings.Count(e.String(), "\n"), "one sentence: %s", e.String())
	return code, e.String()
}

// What it measures is tested beside package shares: all rows would take minutes.
func TestMistakeOfTheCallerIsASentence(t *testing.T) {
	for arg, want := range map[string]string{
		"-rooms=0":     `shares: -rooms "0": want a whole number from 1 to 10000`,
		"-every=often": `shares: -every "often": `,
		"-for=1ms":     `shares: -for "1ms": `,
		"-nodes=3":     "-nodes",
		"eight":        `shares: "eight": there are flags only; -h lists them`,
	} {
		code, says := fails(t, arg)
		require.Equal(t, 2, code)
		require.Contains(t, says, want)
	}
}

func TestWithoutRedisServerNothingIsMeasured(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	code, says := fails(t)
	require.Equal(t, 1, code)
	require.Contains(t, says, "shares: measure everything: ")
}

// The nodes are this program, and read their options from the environment.
func TestNodeOfItsOwnRefusesABadValue(t *testing.T) {
	t.Setenv("PORT", "x")
	for _, kind := range []string{"everything", "lanes"} {
		t.Setenv("KIND", kind)
		err := runNode(t.Context())
		require.ErrorAs(t, err, new(*cmdline.Usage))
		require.ErrorContains(t, err, `PORT "x": `)
	}
}
