package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/02-replication/topologytest"
)

func check(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, &out, &errs)
	return code, out.String(), errs.String()
}

func TestCheckPrintsTableAndProof(t *testing.T) {
	addrs := topologytest.Start(t, 2).Addrs()
	code, stdout, stderr := check(t, addrs...)
	require.Zero(t, code, stderr)
	require.Empty(t, stderr)
	lines := strings.Split(stdout, "\n")
	require.Equal(t, []string{"SERVER", "ROLE", "LINK", "OFFSET", "LAG", "BYTES", "LAG", "MS"}, strings.Fields(lines[0]))
	require.Equal(t, []string{addrs[0], "master", "2", "replicas"}, strings.Fields(lines[1])[:4])
	require.Equal(t, []string{addrs[2], "replica", "connected"}, strings.Fields(lines[3])[:3])
	require.Contains(t, stdout, addrs[0]+"> SET workbook:check:")
	require.Equal(t, 2, strings.Count(stdout, "\"test-data\"\n"+addrs[1])+strings.Count(stdout, "\"test-data\"\n"+addrs[2]))
	require.Equal(t, 2, strings.Count(stdout, "(error) READONLY You can't write against a read only replica."))
}

func TestCheckSaysWhatIsWrongAndExits1(t *testing.T) {
	addrs := topologytest.Start(t, 1).Addrs()
	code, stdout, stderr := check(t, addrs[1])
	require.Equal(t, 1, code)
	require.Contains(t, stdout, "replica")
	require.Equal(t, "check: there is no master among these: "+addrs[1]+" is a replica of "+addrs[0]+"; name that too\n", stderr)
}

func TestCheckExits2ForAMistakeInItsArguments(t *testing.T) {
	for args, want := range map[string]string{
		"":                           "name the servers",
		"localhost":                  `"localhost": want host:port`,
		"localhost:0":                "want host:port",
		":6379":                      "want host:port",
		"127.0.0.1:1 127.0.0.1:1":    "127.0.0.1:1 is named twice",
		"-patience -1s 127.0.0.1:1":  "want more than 0",
		"-patience soon 127.0.0.1:1": `-patience "soon": want a time with its unit, such as 500ms or 2s`,
		"-x":                         "flag provided but not defined: -x; -h lists the flags",
	} {
		code, _, stderr := check(t, strings.Fields(args)...)
		require.Equal(t, 2, code, args)
		require.Contains(t, stderr, want, args)
		require.Equal(t, 1, strings.Count(stderr, "\n"), "one sentence: %s", stderr)
	}
	t.Setenv("PATIENCE", "abc")
	code, _, stderr := check(t, "127.0.0.1:1")
	require.Equal(t, 2, code)
	require.Equal(t, "check: PATIENCE \"abc\": want a time with its unit, such as 500ms or 2s\n", stderr)
}
