package launch

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Redis 6 finds one word in each argument, as it puts each into quotes. Redis
// 7 may find more, so a start there does not show a mistake.
func TestEachArgumentIsOneWord(t *testing.T) {
	for name, args := range map[string][]string{
		"of each server":    serverArgs(6379, "/tmp/x", nil),
		"of a replica":      Following("127.0.0.1:6379"),
		"of an IPv6 master": Following("[::1]:6379"),
	} {
		for _, arg := range args {
			require.Len(t, strings.Fields(arg+"."), 1, "%s: %q", name, arg)
		}
		require.NoError(t, checkWords(args), name)
	}
	require.Equal(t, []string{"--replicaof", "::1", "6379"}, Following("[::1]:6379"))
}

func TestSeveralWordsInOneArgumentAreRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for a server is a shell script, which Windows does not run")
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "redis-server"), []byte("#!/bin/sh\nexit 1\n"), 0o700))
	t.Setenv("PATH", dir)
	for _, args := range [][]string{
		{"--replicaof", "127.0.0.1 6379"},
		{"--save", "3600 1"},
		{"--appendonly", "no", "--save", "3600 1 300 100"},
		{"--port 6379"},
		{"--user", "chat", "on ~*"},
	} {
		_, err := StartProcess(t.Context(), ProcessOptions{Args: args})
		require.ErrorContains(t, err, "give each word an item of its own", "%q", args)
	}
	for _, args := range [][]string{
		{"--save", ""},
		{"--aclfile", "/home/Ann Smith/users.acl"},
		{"--requirepass", "open sesame"},
		{"--user", "chat", "on", ">right", "~*", "+@all", "--user", "default", "off"},
	} {
		_, err := StartProcess(t.Context(), ProcessOptions{Args: args})
		require.ErrorContains(t, err, "it ended", "%q was taken", args)
	}
}
