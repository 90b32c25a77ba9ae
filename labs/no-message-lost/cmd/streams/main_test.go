package main

import (
	"bytes"
	"flag"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

func TestMain(m *testing.M) { redistest.Main(m) }

func TestBadUsageIsOneSentence(t *testing.T) {
	for args, want := range map[string]string{
		"-redis kafka":    "embedded",
		"-ports 3000":     "want 2 ports",
		"-redis-ports x":  "want ports from 0 to 65535",
		"now":             "there are flags only",
		"-ports=1,99999":  "want ports from 0 to 65535",
		"-redis-ports=1,": "want ports from 0 to 65535",
	} {
		_, err := parse(strings.Fields(args), &bytes.Buffer{})
		require.ErrorContains(t, err, want, args)
		require.NotContains(t, err.Error(), "\n", args)
	}
	_, err := parse([]string{"-h"}, &bytes.Buffer{})
	require.ErrorIs(t, err, flag.ErrHelp)
}
