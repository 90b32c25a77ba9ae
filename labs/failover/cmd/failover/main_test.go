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

func TestHelpListsTheExperiments(t *testing.T) {
	var out, errOut bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, &out, &errOut), flag.ErrHelp)
	for _, name := range []string{"two-masters", "followed", "hasty", "isolated"} {
		require.Contains(t, out.String()+errOut.String(), name)
	}
}
