package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// asProgram makes the test binary be the program.
const asProgram = "SYSTEM_TEST_IS_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

func TestBadFlagIsOneSentence(t *testing.T) {
	for args, sentence := range map[string]string{
		"-redis mysql":            "want auto, embedded or server",
		"-nodes 0":                `-nodes "0": want a whole number from 1 to 20`,
		"-nodes 21":               `-nodes "21": want a whole number from 1 to 20`,
		"-nodes two":              `-nodes "two": want a whole number from 1 to 20`,
		"-map 70000":              `-map "70000": want a whole number from 0 to 65535`,
		"-ports 3000,x":           "want ports with commas between",
		"-ports 70000":            "port 70000: want 1 to 65535",
		"-ports 3000,3000":        "port 3000 is asked for twice",
		"-nodes 1 -ports 1,2":     "2 ports for 1 nodes",
		"-redis-ports 6379":       "want the master's, then one for each replica",
		"-map x":                  "want a whole number from 0 to 65535",
		"-log-level loud":         "want debug, info, warn or error",
		"-no-such-flag":           "no-such-flag",
		"start":                   `unexpected argument "start"`,
		"-map 3000 -ports 0,3000": "port 3000 is asked for twice",
	} {
		var out, errOut bytes.Buffer
		code := run(context.Background(), strings.Fields(args), nil, &out, &errOut)
		require.Equal(t, 2, code, args)
		require.Equal(t, 1, strings.Count(errOut.String(), "\n"), errOut.String())
		require.Contains(t, errOut.String(), sentence, args)
		require.True(t, strings.HasPrefix(errOut.String(), "system: "), errOut.String())
		require.NotContains(t, errOut.String(), "bad option")
		require.Empty(t, out.String())
	}
}

func TestHelpListsTheFlags(t *testing.T) {
	var out, errOut bytes.Buffer
	require.Zero(t, run(context.Background(), []string{"-h"}, nil, &out, &errOut))
	for _, flag := range []string{"-redis", "-nodes", "-ports", "-redis-ports", "-map", "-v"} {
		require.Contains(t, errOut.String(), "\n  "+flag)
	}
}
