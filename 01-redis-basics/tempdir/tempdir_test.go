//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package tempdir

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"
)

const prefix = "workbook-test-"

// asOwner makes the test program one that owns a folder until it is killed: alone,
// or with a child that works there.
const asOwner = "TEMPDIR_TEST_OWNS"

func TestMain(m *testing.M) {
	if how := os.Getenv(asOwner); how != "" {
		own(how)
	}
	goleak.VerifyTestMain(m)
}

func own(how string) {
	d, err := Make(prefix)
	if err == nil {
		err = os.WriteFile(filepath.Join(d.Path(), "redis.log"), []byte("text"), 0o600)
	}
	if err == nil && how == "with a child" {
		child := exec.Command("cat") // until its input ends, which is the test's
		child.Stdin = os.Stdin
		d.ShareWith(child)
		err = child.Start()
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(d.Path())
	select {}
}

// owner is another program that owns a folder.
type owner struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	path string
}

func startOwner(t *testing.T, how string) *owner {
	t.Helper()
	o := &owner{cmd: exec.Command(os.Args[0])}
	o.cmd.Env = append(os.Environ(), asOwner+"="+how)
	in, fromUs, err := os.Pipe()
	require.NoError(t, err)
	o.in, o.cmd.Stdin = fromUs, in
	out, err := o.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, o.cmd.Start())
	require.NoError(t, in.Close())
	t.Cleanup(func() {
		_ = o.in.Close()
		_ = o.cmd.Process.Kill()
		_ = o.cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	o.path = strings.TrimSpace(line)
	require.FileExists(t, filepath.Join(o.path, "redis.log"))
	return o
}

// kill is kill -9: no code of the program runs any more.
func (o *owner) kill(t *testing.T) {
	t.Helper()
	require.NoError(t, o.cmd.Process.Kill())
	require.Error(t, o.cmd.Wait())
}

func makeDir(t *testing.T) *Dir {
	t.Helper()
	d, err := Make(prefix)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Remove()) })
	return d
}

func TestFolderOfAKilledProgramIsRemovedByTheNextOne(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dead, alive := startOwner(t, "alone"), startOwner(t, "alone")
	dead.kill(t)
	require.DirExists(t, dead.path, "nobody could remove it")
	mine := makeDir(t)
	require.NoDirExists(t, dead.path)
	require.FileExists(t, filepath.Join(alive.path, "redis.log"), "its owner lives")
	makeDir(t)
	require.DirExists(t, mine.Path(), "we own it ourselves")
}

func TestFolderOfALivingServerStaysWithoutItsProgram(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	o := startOwner(t, "with a child")
	o.kill(t)
	makeDir(t)
	require.FileExists(t, filepath.Join(o.path, "redis.log"), "the child lives there")

	require.NoError(t, o.in.Close()) // the child ends
	lock, err := os.OpenFile(filepath.Join(o.path, ownerFile), os.O_RDWR, 0)
	require.NoError(t, err)
	require.NoError(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX), "it waits for the child's end")
	require.NoError(t, lock.Close())
	makeDir(t)
	require.NoDirExists(t, o.path)
}

func TestWhatCannotBeOursStays(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	full, empty := filepath.Join(temp, prefix+"full"), filepath.Join(temp, prefix+"empty")
	other, file, link := filepath.Join(temp, "other-1"), filepath.Join(temp, prefix+"file"), filepath.Join(temp, prefix+"link")
	for _, dir := range []string{full, empty, other} {
		require.NoError(t, os.Mkdir(dir, 0o700))
	}
	require.NoError(t, os.WriteFile(filepath.Join(full, "dump.rdb"), nil, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(other, ownerFile), nil, 0o600))
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, os.Symlink(other, link))
	makeDir(t)
	require.FileExists(t, filepath.Join(full, "dump.rdb"), "whose it is cannot be told")
	require.NoDirExists(t, empty, "its maker died before it had a lock")
	require.FileExists(t, filepath.Join(other, ownerFile), "another prefix, and a link to it")
	require.FileExists(t, file)
}

func TestFolderOfAnotherUserStays(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can make a folder another user's")
	}
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	theirs := filepath.Join(temp, prefix+"theirs")
	require.NoError(t, os.Mkdir(theirs, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(theirs, ownerFile), nil, 0o600))
	require.NoError(t, os.Chown(theirs, 12345, 12345))
	makeDir(t)
	require.DirExists(t, theirs)
}

func TestRemoveLeavesNothing(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	d, err := Make(prefix)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Join(d.Path(), "appendonlydir"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(d.Path(), "appendonlydir", "base"), nil, 0o600))
	require.NoError(t, d.Remove())
	require.NoError(t, d.Remove(), "a second time does nothing")
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left)
}

// Each Make looks at what the others are just making and removing.
func TestManyAtOnceTakeNothingFromEachOther(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var all errgroup.Group
	for range 8 {
		all.Go(func() error {
			for range 50 {
				d, err := Make(prefix)
				if err != nil {
					return err
				}
				name := filepath.Join(d.Path(), "dump.rdb")
				if err := os.WriteFile(name, nil, 0o600); err != nil {
					return fmt.Errorf("our folder is gone: %w", err)
				}
				removeLeftovers(prefix)
				if _, err := os.Stat(name); err != nil {
					return fmt.Errorf("our file is gone: %w", err)
				}
				if err := d.Remove(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, all.Wait())
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left)
}
