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
