package tempdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ownerFile is locked as long as the folder is owned.
const ownerFile = "owner"

// Dir is a temporary folder of this process.
type Dir struct {
	path string
	lock *os.File // nil where files cannot be locked
}

// Make makes a folder in os.TempDir whose name begins with prefix. Before that
// it removes the folders of that prefix that nobody owns any more.
func Make(prefix string) (*Dir, error) {
	removeLeftovers(prefix)
	for {
		d, err := tryMake(prefix)
		if !errors.Is(err, errLost) {
			return d, err
		}
	}
}

// errLost says that another program took our folder for a leftover: it came
// between our making it and our locking it.
var errLost = errors.New("the folder is lost")

func tryMake(prefix string) (*Dir, error) {
	path, err := os.MkdirTemp("", prefix)
	if err != nil {
		return nil, fmt.Errorf("make a temporary folder, where TMPDIR says: %w", err)
	}
	owner := filepath.Join(path, ownerFile)
	lock, err := lockFile(owner, true)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return &Dir{path: path}, nil
	case errors.Is(err, errOwned), errors.Is(err, fs.ErrNotExist):
		return nil, errLost
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock %s: %w", owner, err), os.RemoveAll(path))
	}
	if !is(lock, owner) { // it was removed before we had the lock
		_ = lock.Close()
		return nil, errLost
	}
	return &Dir{path: path, lock: lock}, nil
}

// is reports whether an open file is still the one of that name.
func is(f *os.File, name string) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(name)
	return err == nil && os.SameFile(opened, named)
}

// Path is where the folder is.
func (d *Dir) Path() string { return d.path }

// removing is how long Remove tries. A child of the server that saves its data can
// still be writing a moment after the server was killed.
const removing = 10 * time.Second

// Remove removes the folder and all in it. A second Remove does nothing.
func (d *Dir) Remove() error {
	for until := time.Now().Add(removing); ; time.Sleep(5 * time.Millisecond) {
		err := remove(d.path, d.lock)
		if err == nil {
			return nil
		}
		if time.Now().After(until) {
			return fmt.Errorf("remove the temporary folder %s: %w", d.path, err)
		}
	}
}

// remove removes the owner's file last, and the lock after that: a program that is
// killed in between leaves a folder without an owner, and others can see that.
func remove(path string, lock *os.File) error {
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		if e.Name() != ownerFile {
			err = errors.Join(err, os.RemoveAll(filepath.Join(path, e.Name())))
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Remove(filepath.Join(path, ownerFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if lock != nil {
		_ = lock.Close() // at a second try it is closed already
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
