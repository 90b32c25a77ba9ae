//go:build unix

package node

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func mode(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// Whoever connects in the moment between listening and chmod stays connected. So somebody looks all the time.
func TestSocketIsNobodyElsesAtAnyMoment(t *testing.T) {
	before := syscall.Umask(0) // nothing but the node takes rights away
	defer syscall.Umask(before)
	dir := t.TempDir()
	path := filepath.Join(dir, "admin.sock")
	stop, open, looks := make(chan struct{}), make(chan string, 1), 0
	go func() {
		defer close(open)
		for {
			select {
			case <-stop:
				return
			default:
			}
			looks++
			if name := openToOthers(dir); name != "" {
				open <- name
				return
			}
		}
	}()
	for range 300 {
		l, err := listenAdmin("unix", path)
		require.NoError(t, err)
		require.NoError(t, l.Close())
		require.NoFileExists(t, path)
	}
	close(stop)
	require.Empty(t, <-open, "others can connect, for a moment")
	require.NotZero(t, looks)
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

// openToOthers names a file in the folder that others may open or enter.
func openToOthers(dir string) string {
	all, _ := os.ReadDir(dir) // an error: what was there is gone
	for _, entry := range all {
		if info, err := entry.Info(); err == nil && info.Mode().Perm()&0o077 != 0 {
			return entry.Name() + ": " + info.Mode().String()
		}
	}
	return ""
}

func TestSocketReplacesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes")
	require.NoError(t, os.WriteFile(path, []byte("mine"), 0o600))
	_, err := listenAdmin("unix", path)
	require.ErrorIs(t, err, os.ErrExist)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))
}

func TestSocketThatIsClosedTwiceRemovesNoOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin.sock")
	first, err := listenAdmin("unix", path)
	require.NoError(t, err)
	require.Equal(t, path, first.Addr().String())
	require.NoError(t, first.Close())
	second, err := listenAdmin("unix", path)
	require.NoError(t, err)
	defer second.Close()
	require.ErrorIs(t, first.Close(), net.ErrClosed)
	conn, err := net.Dial("unix", path)
	require.NoError(t, err)
	require.NoError(t, conn.Close())
}
