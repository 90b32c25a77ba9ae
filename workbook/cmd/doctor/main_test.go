package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDoctorTakesNoArguments(t *testing.T) {
	for _, arg := range []string{"-x", "redis", ""} {
		var out, errOut strings.Builder
		require.Equal(t, 2, command([]string{arg}, &out, &errOut))
		require.Regexp(t, `^doctor: unexpected argument "[^\n]*": it is called without any\n$`, errOut.String())
		require.Empty(t, out.String())
	}
}

func TestHelpSaysWhatDoctorDoes(t *testing.T) {
	var out, errOut strings.Builder
	require.Zero(t, command([]string{"-h"}, &out, &errOut))
	require.Contains(t, out.String(), "usage: doctor")
	require.Empty(t, errOut.String())
}

func TestDoctorFindsGo(t *testing.T) {
	var out, errOut strings.Builder
	require.Zero(t, command(nil, &out, &errOut))
	require.Contains(t, out.String(), "ok       Go ")
	require.Empty(t, errOut.String())
}
