package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"example.com/redis-chat/01-redis-basics/cmdline"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// program runs model; code is its exit code.
func program(args ...string) (code int, out, errOut string) {
	var o, e bytes.Buffer
	err := run(args, &o)
	return cmdline.Exit("model", err, &e), o.String(), e.String()
}

func TestTableHasThreeSizesAndSaysWhereEachKindBreaks(t *testing.T) {
	code, out, errOut := program()
	require.Equal(t, []any{0, ""}, []any{code, errOut})
	for _, clients := range []string{"0.1 M", "1 M", "10 M"} {
		require.Equal(t, 3, strings.Count(out, "\n"+clients+" "), "a row for each kind of node: %s", clients)
	}
	require.Equal(t, 3, strings.Count(out, ": breaks at "))
}

func TestFlagsMakeAnotherCrowd(t *testing.T) {
	_, usual, _ := program()
	for _, flag := range []string{"-room=200", "-every=10s", "-bytes=1000", "-per-node=10000"} {
		code, out, errOut := program(flag)
		require.Equal(t, []any{0, ""}, []any{code, errOut}, flag)
		require.NotEqual(t, usual, out, flag)
	}
}

func TestMistakeOfTheCallerIsASentence(t *testing.T) {
	for arg, want := range map[string]string{
		"-room=1":         `model: -room "1": want a whole number from 2 to 100000`,
		"-every=often":    `model: -every "often": `,
		"-bytes=0":        `model: -bytes "0": `,
		"-per-node=10":    `model: -per-node "10": `,
		"-clients=5":      "-clients",
		"a million":       `model: "a million": there are flags only; -h lists them`,
		"-every=1ms":      `model: -every "1ms": `,
		"-bytes=hundreds": `model: -bytes "hundreds": `,
	} {
		code, out, errOut := program(arg)
		require.Equal(t, []any{2, ""}, []any{code, out}, arg)
		require.Contains(t, errOut, want)
		require.Equal(t, 1, strings.Count(errOut, "\n"), "one sentence: %s", errOut)
	}
}
