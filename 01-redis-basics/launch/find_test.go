package launch_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
)

// onThePath makes these programs the only ones on the PATH.
func onThePath(t *testing.T, programs ...string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("what a program is, is told by the end of its name there")
	}
	dir := t.TempDir()
	for _, name := range programs {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o700))
	}
	t.Setenv("PATH", dir)
}

func TestValkeyServesWhereRedisIsAbsent(t *testing.T) {
	for _, c := range []struct {
		programs    []string
		server, cli string
	}{
		{[]string{"redis-server", "redis-cli", "valkey-server", "valkey-cli"}, "redis-server", "redis-cli"},
		{[]string{"valkey-server", "valkey-cli"}, "valkey-server", "valkey-cli"},
		{[]string{"valkey-server", "redis-cli"}, "valkey-server", "redis-cli"},
		{nil, ".", "redis-cli"},
	} {
		onThePath(t, c.programs...)
		path, _ := launch.FindServer()
		require.Equal(t, c.server, filepath.Base(path))
		require.Equal(t, c.cli, launch.CLI())
	}
}
