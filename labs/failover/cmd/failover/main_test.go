package main

import (
	"bytes"
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/cmdline"
	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) { redistest.Main(m) }

func TestWrongWordIsOneSentence(t *testing.T) {
	var out, errOut bytes.Buffer
	err := run(t.Context(), []string{"nothing"}, &out, &errOut)
	var usage *cmdline.Usage
	require.ErrorAs(t, err, &usage)
	require.EqualError(t, err, `there is no experiment "nothing": failover -h lists them`)
	require.Empty(t, out.String()+errOut.String())
}

// What cannot be shown has no heading.
func TestWithoutRedisServerTheProgramSaysWhatItNeedsAndNoMore(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var out, errOut bytes.Buffer
	err := run(t.Context(), []string{"two-masters"}, &out, &errOut)
	require.ErrorContains(t, err, "two-masters needs real servers, as an embedded one knows no Sentinel")
	require.NotContains(t, err.Error(), "use the embedded")
	require.Empty(t, out.String()+errOut.String())
}

func TestHelpListsTheExperiments(t *testing.T) {
	var out, errOut bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &out, &errOut), flag.ErrHelp)
	for _, name := range []string{"two-masters", "followed", "hasty", "isolated", "mapped", "inside", "names"} {
		require.Contains(t, out.String()+errOut.String(), name)
	}
}
