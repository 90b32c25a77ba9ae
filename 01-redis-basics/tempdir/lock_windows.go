package tempdir

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"syscall"
)

var errOwned = errors.New("somebody owns the folder")

// lockFile opens a file, and makes it where create is true. Until the process
// ends nobody else can open the file; it can only be deleted.
func lockFile(name string, create bool) (*os.File, error) {
	path, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	mode := uint32(syscall.OPEN_EXISTING)
	if create {
		mode = syscall.OPEN_ALWAYS
	}
	handle, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, syscall.FILE_SHARE_DELETE, nil, mode, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	const sharingViolation = syscall.Errno(32)
	if errors.Is(err, sharingViolation) {
		return nil, errOwned
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(handle), name), nil
}

// ShareWith does nothing here: a process cannot be given open files.
func (d *Dir) ShareWith(*exec.Cmd) {}

// ours is always true: here each user has a folder for temporary files.
func ours(fs.FileInfo) bool { return true }
