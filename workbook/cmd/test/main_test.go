package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// called gives exit code and output of the program.
func called(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	t.Setenv("TALLY", "")
	var o, e strings.Builder
	code = command(t.Context(), args, &o, &e)
	return code, o.String(), e.String()
}

func TestNoBackendIsAMistakeBeforeAnyTestRuns(t *testing.T) {
	for _, backend := range []string{"redis", "127.0.0.1", "redis://127.0.0.1:6379", "127.0.0.1:", ":6379", "127.0.0.1:65536", "127.0.0.1:6379,"} {
		t.Setenv("WORKBOOK_REDIS", backend)
		code, out, errOut := called(t)
		require.Equal(t, 2, code, backend)
		require.Regexp(t, `^test: WORKBOOK_REDIS "[^"\n]+": want embedded, server, or host:port[^\n]+\n$`, errOut)
		require.Empty(t, out)
	}
}

func TestOutsideOfTheWorkbookItSaysSo(t *testing.T) {
	t.Chdir(t.TempDir())
	code, out, errOut := called(t)
	require.Equal(t, 1, code)
	require.Regexp(t, `^test: no go.work in .+: run this inside of the workbook\n$`, errOut)
	require.Empty(t, out)
}

func TestArgumentsAreForGoTest(t *testing.T) {
	t.Setenv("GOWORK", "") // this module may be tested without go.work; the program runs go test in the workspace
	t.Setenv("WORKBOOK_REDIS", "embedded")
	code, out, _ := called(t, "-run=NoSuchTest", "./workbook/doctor")
	require.Zero(t, code)
	require.Contains(t, out, "0 passed, 0 failed")
	code, _, errOut := called(t, "-run=NoSuchTest", "-no-such-flag", "./workbook/doctor")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "test: ")
	require.NotContains(t, errOut, "panic")
}

func TestFlagsOfItsOwnComeFirst(t *testing.T) {
	rounds, busy := 0, 0
	rest, err := ownFlags([]string{"-rounds=3", "-busy=2", "-run=Order", "-rounds=9"}, map[string]*int{"-rounds": &rounds, "-busy": &busy})
	require.NoError(t, err)
	require.Equal(t, []string{"-run=Order", "-rounds=9"}, rest, "the second is for go test to refuse")
	require.Equal(t, []int{3, 2}, []int{rounds, busy})

	for _, arg := range []string{"-rounds", "-rounds=", "-rounds=0", "-rounds=many", "-busy=-1", "-busy=1001"} {
		code, out, errOut := called(t, arg)
		require.Equal(t, 2, code, arg)
		require.Regexp(t, `^test: -(rounds|busy) "[^"\n]*": want a number from 1 to 1000\n$`, errOut)
		require.Empty(t, out)
	}
}

func TestRoundsAreTold(t *testing.T) {
	t.Setenv("GOWORK", "")
	t.Setenv("WORKBOOK_REDIS", "embedded")
	code, out, _ := called(t, "-rounds=2", "-busy=1", "-run=TestEachProgram", "./workbook/doctor")
	require.Zero(t, code)
	require.Regexp(t, `(?s)== round 1 of 2, with 1 busy loops beside it: \d+ passed, 0 failed, in .+== round 2 of 2`, out)
}
