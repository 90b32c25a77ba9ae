package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// regexp2, which chroma stands on, has a clock that stops by itself a second after it was needed.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

func TestSlidesAreWrittenWhereItIsAskedFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "slides.html")
	var out, errOut strings.Builder
	require.Zero(t, command([]string{"-o", file}, &out, &errOut), errOut.String())
	require.Regexp(t, `^.*slides\.html: \d+\.\d MB, open it in a browser; it needs no network\n$`, out.String())
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(page), `class="slide title"`)
}

func TestMistakesInTheCall(t *testing.T) {
	for _, args := range [][]string{{"-x"}, {"chapter"}} {
		var out, errOut strings.Builder
		require.Equal(t, 2, command(args, &out, &errOut))
		require.Regexp(t, `^slides: [^\n]*; -h lists the flags\n$`, errOut.String())
	}
	var out, errOut strings.Builder
	require.Equal(t, 1, command([]string{"-o", filepath.Join(os.DevNull, "slides.html")}, &out, &errOut))
	require.Regexp(t, `^slides: [^\n]*\n$`, errOut.String())
	require.Zero(t, command([]string{"-h"}, &out, &errOut))
	require.Contains(t, out.String(), "usage: slides")
}
