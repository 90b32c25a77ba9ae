package main

import (
	"os"
	"path/filepath"
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
		{[]string{"-check", "-accept"}, "-check and -accept: want one of both"},
		{[]string{"README.md"}, `"README.md": names are for -check and -accept`},
	} {
		code, out, errOut := called(t, c.args...)
		require.Equal(t, 2, code, c.args)
		require.Contains(t, errOut, c.want)
		require.Regexp(t, `^weave: [^\n]+\n$`, errOut)
		require.Empty(t, out)
	}
}

func TestMistakeInTheWorldEndsWith1(t *testing.T) {
	t.Chdir(t.TempDir())
	code, _, errOut := called(t)
	require.Equal(t, 1, code)
	require.Regexp(t, `^weave: no go.work in .+: run this inside of the workbook\n$`, errOut)
	code, _, errOut = called(t, "-session", "x")
	require.Equal(t, 1, code)
	require.Contains(t, errOut, "-session is for the program itself")
}

func TestBlocksAreCheckedAndWritten(t *testing.T) {
	root := t.TempDir()
	t.Chdir(root)
	fence := "```"
	for name, text := range map[string]string{
		"go.work":   "go 1.26.0\n",
		"a.go":      "package a\n\nconst A = 1\n",
		"README.md": "<!-- code: a.go A -->\n" + fence + "go\n" + fence + "\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o644))
	}
	code, out, errOut := called(t, "-check")
	require.Equal(t, 1, code)
	require.Contains(t, out, "+const A = 1\n")
	require.Contains(t, errOut, "not as the texts say: 1 findings")
	code, out, _ = called(t)
	require.Zero(t, code)
	require.Equal(t, "written: README.md\n", out)
	code, out, _ = called(t, "-check")
	require.Zero(t, code)
	require.Equal(t, "0 sessions run, 0 not as the texts say\n", out)
	_, help, _ := called(t, "-h")
	require.Contains(t, help, "-accept")
}
