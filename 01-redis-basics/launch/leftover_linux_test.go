package launch_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// TestFolderOfAKilledProgramIsGoneAfterTheNextStart runs this test binary anew:
// in that process the test below starts a server, tells the server's folder,
// and is killed.
func TestFolderOfAKilledProgramIsGoneAfterTheNextStart(t *testing.T) {
	redistest.NeedsServer(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerUntilKilled$", "-test.v")
	cmd.Env = append(os.Environ(), "UNTIL_KILLED=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	folder, found := "", false
	for lines := bufio.NewScanner(out); !found && lines.Scan(); {
		folder, found = strings.CutPrefix(lines.Text(), "FOLDER ")
	}
	require.True(t, found)
	mine := redistest.Process(t, launch.ProcessOptions{})
	require.FileExists(t, filepath.Join(folder, "redis.log"), "its owner lives")

	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	awaitUnowned(t, folder)
	next := redistest.Process(t, launch.ProcessOptions{})
	left, err := filepath.Glob(filepath.Join(temp, "workbook-redis-*"))
	require.NoError(t, err)
	require.ElementsMatch(t, []string{filepath.Dir(mine.LogFile()), filepath.Dir(next.LogFile())}, left)
}

// awaitUnowned waits until nobody owns the folder. The server owns it too, by a
// lock, and ends a moment after its program.
func awaitUnowned(t *testing.T, folder string) {
	t.Helper()
	lock, err := os.Open(filepath.Join(folder, "owner"))
	require.NoError(t, err)
	require.NoError(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
	require.NoError(t, lock.Close())
}

func TestServerUntilKilled(t *testing.T) {
	if os.Getenv("UNTIL_KILLED") == "" {
		t.Skip("only for TestFolderOfAKilledProgramIsGoneAfterTheNextStart")
	}
	p, err := launch.StartProcess(t.Context(), launch.ProcessOptions{})
	require.NoError(t, err)
	fmt.Printf("\nFOLDER %s\n", filepath.Dir(p.LogFile()))
	select {}
}
