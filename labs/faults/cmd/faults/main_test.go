package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9/logging"
	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
	faults "example.com/redis-chat/labs/faults"
)

func TestMain(m *testing.M) {
	faults.NodeAsked()
	logging.Disable()
	redistest.Main(m)
}

func TestBadUsageIsOneSentence(t *testing.T) {
	for args, want := range map[string]string{
		"-redis 127.0.0.1:6379": "kills its servers",
		"-redis x":              "embedded, server",
		"-only (":               "missing closing )",
		"-for abc":              "want a time with its unit",
		"-seed -1":              "want a whole number",
		"-relay kafka":          "want pubsub, sentinel and streams, or some of them, with commas between",
		"-relay streams,kafka":  "want pubsub, sentinel and streams, or some of them",
		"-relay=":               "want pubsub, sentinel and streams, or some of them",
		"never":                 `there is no "never"`,
		"short soak":            "one word is enough",
		"-nonsense":             "not defined",
	} {
		var out, errOut bytes.Buffer
		err := run(t.Context(), append([]string{"faults"}, strings.Fields(args)...), &out, &errOut)
		require.ErrorIs(t, err, errUsage, args)
		require.ErrorContains(t, err, want, args)
		require.NotContains(t, err.Error(), "\n", args)
		require.Empty(t, out.String()+errOut.String(), args)
	}
}

func TestRelaysComeInTheOrderOfTheTable(t *testing.T) {
	var o options
	require.NoError(t, o.setRelays("streams, pubsub"))
	require.Equal(t, "pubsub", o.relays[0].Name)
	require.Equal(t, "streams", o.relays[1].Name)
}

func TestHelpIsNoMistake(t *testing.T) {
	var errOut bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"faults", "-h"}, &bytes.Buffer{}, &errOut), flag.ErrHelp)
	require.Contains(t, errOut.String(), "-receivers")
}

func TestInterruptEndsTheTable(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.Error(t, run(ctx, []string{"faults", "-redis", "embedded", "-peer=false", "short"}, &bytes.Buffer{}, os.Stderr))
}
