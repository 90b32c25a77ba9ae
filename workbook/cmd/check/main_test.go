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
	var o, e strings.Builder
	code = command(t.Context(), args, &o, &e)
	return code, o.String(), e.String()
}

func TestMistakeInTheCallEndsWith2(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-x"}, "flag provided but not defined: -x; -h lists the flags"},
		{[]string{"-only"}, "flag needs an argument: -only; -h lists the flags"},
		{[]string{"-list=yes"}, `invalid boolean value "yes" for -list`},
		{[]string{"format"}, `unexpected argument "format": name checks by -only`},
		{[]string{"-only", "formats"}, `there is no check "formats"; there are: format, `},
		{[]string{"-except", "formats"}, `there is no check "formats"; there are: format, `},
		{[]string{"-except", "format", "-only", "order"}, "-only and -except: want one of both"},
		{[]string{"-only", ""}, `there is no check ""; there are: format, `},
		{[]string{"-only", "format,"}, `there is no check ""; there are: format, `},
	} {
		code, out, errOut := called(t, c.args...)
		require.Equal(t, 2, code, c.args)
		require.Contains(t, errOut, c.want)
		require.Regexp(t, `^check: [^\n]+\n$`, errOut)
		require.Empty(t, out)
	}
}

func TestMistakeInTheWorldEndsWith1(t *testing.T) {
	t.Setenv("TALLY", t.TempDir()+"/no/such/folder")
	code, _, errOut := called(t, "-only", "modules")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "check: open the file that TALLY names")
	t.Chdir(t.TempDir())
	code, out, errOut := called(t, "-list")
	require.Equal(t, 1, code)
	require.Regexp(t, `^check: no go.work in .+: run this inside of the workbook\n$`, errOut)
	require.Empty(t, out)
}

func TestChecksAreListedAndChosen(t *testing.T) {
	t.Setenv("TALLY", "")
	code, help, _ := called(t, "-h")
	require.Zero(t, code)
	require.Contains(t, help, "-only names")
	code, list, _ := called(t, "-list")
	require.Zero(t, code)
	require.Regexp(t, `(?m)^leaks +every package`, list)
	code, out, errOut := called(t, "-only", "modules, order")
	require.Zero(t, code, out+errOut)
	require.Contains(t, out, "2 passed, 0 failed")
}
