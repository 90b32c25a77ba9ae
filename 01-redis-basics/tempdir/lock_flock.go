//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package tempdir

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

var errOwned = errors.New("somebody owns the folder")

// lockFile opens a file, and makes it where create is true, and locks it. The
// lock ends when the last process that has this open file ends.
func lockFile(name string, create bool) (*os.File, error) {
	flags := os.O_RDWR
	if create {
		flags |= os.O_CREATE
	}
	f, err := os.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errOwned
		}
		return nil, err
	}
	return f, nil
}

// ShareWith makes the process that cmd will start an owner of the folder as well, as
// long as it lives. It inherits the locked file, and does not need to know.
func (d *Dir) ShareWith(cmd *exec.Cmd) { cmd.ExtraFiles = append(cmd.ExtraFiles, d.lock) }

// ours reports whether a folder is this user's: root may open those of others.
func ours(folder fs.FileInfo) bool {
	stat, ok := folder.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}
