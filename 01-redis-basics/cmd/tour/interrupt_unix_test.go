//go:build unix

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// TestCtrlCLeavesARunningServerAsItWas interrupts the program itself in the
// middle of its writing.
func TestCtrlCLeavesARunningServerAsItWas(t *testing.T) {
	redistest.NeedsVersion(t, 6, 2, "what the tour shows")
	c := redistest.Exclusive(t)
	size := c.DBSize(t.Context()).Val()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		var mistake bytes.Buffer
		cmd := exec.CommandContext(t.Context(), os.Args[0], "keyvalue", "atomicity")
		cmd.Env = append(os.Environ(), patient, "WORKBOOK_REDIS="+c.Options().Addr)
		cmd.Stderr = &mistake
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "question") {
				require.Greater(t, c.DBSize(t.Context()).Val(), size+1000)
				require.NoError(t, cmd.Process.Signal(signal))
			}
		}
		require.Error(t, cmd.Wait())
		require.Equal(t, 1, cmd.ProcessState.ExitCode())
		require.Equal(t, "tour: interrupted\n", mistake.String())
		require.Equal(t, size, c.DBSize(t.Context()).Val())
		require.Empty(t, c.Keys(t.Context(), "tour:*").Val())
	}
}

// TestClosedPipeLeavesARunningServerAsItWas is "tour | head -3".
func TestClosedPipeLeavesARunningServerAsItWas(t *testing.T) {
	redistest.NeedsVersion(t, 6, 2, "what the tour shows")
	c := redistest.Exclusive(t)
	size := c.DBSize(t.Context()).Val()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "lists", "keyvalue")
	cmd.Env = append(os.Environ(), patient, "WORKBOOK_REDIS="+c.Options().Addr)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	_, err = bufio.NewReaderSize(out, 64).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, out.Close())
	require.Error(t, cmd.Wait())
	require.Equal(t, size, c.DBSize(t.Context()).Val())
}
