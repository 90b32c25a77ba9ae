package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCallsThatMakeNoSenseShowTheUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"solve"}} {
		var out, errOut bytes.Buffer
		require.Equal(t, 2, command(t.Context(), args, &out, &errOut))
		require.Equal(t, usage+"\n", errOut.String())
	}
	var out, errOut bytes.Buffer
	require.Equal(t, 1, command(t.Context(), []string{"cut", "nothing"}, &out, &errOut))
	require.Equal(t, "exercises: there is no exercise \"nothing\": list shows them all\n", errOut.String())
}
