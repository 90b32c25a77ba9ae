package tempdir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// removeLeftovers removes the folders of a prefix that nobody owns. A folder that it
// cannot remove is left for the next time: it disturbs nobody.
func removeLeftovers(prefix string) {
	entries, _ := os.ReadDir(os.TempDir())
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.IsDir() && strings.HasPrefix(e.Name(), prefix) && ours(info) {
			removeLeftover(filepath.Join(os.TempDir(), e.Name()))
		}
	}
}

func removeLeftover(path string) {
	lock, err := lockFile(filepath.Join(path, ownerFile), false)
	switch {
	case err == nil:
		_ = remove(path, lock)
		_ = lock.Close()
	case errors.Is(err, fs.ErrNotExist):
		// Its maker died here, or is about to lock it and will make another. A
		// folder with something in it stays: nobody can tell whose it is.
		_ = os.Remove(path)
	}
}
