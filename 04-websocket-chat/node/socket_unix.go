//go:build unix

package node

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"sync"
)

// listenOwn listens at a path that nobody but this user can connect to, at no moment.
//
// bind creates the file with all rights that the umask leaves, and listens before a chmod can come: whoever connects
// between the two stays connected. The umask belongs to the whole process, with the files of every other goroutine. And
// fchmod before bind decides the file's rights on Linux alone. So the socket comes into being in a folder that only this
// user can enter, gets its rights there, and then its name. It is found by its inode: the second name leads to
// the same listener. A link, unlike a rename, replaces nothing that stands there.
func listenOwn(path string) (_ net.Listener, err error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".") // mode 0700; beside it, as a link cannot leave its file system
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	hidden := filepath.Join(dir, "s") // a socket's path has about 100 bytes: the name adds few
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: hidden, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // that would be the first name
	if err := errors.Join(os.Chmod(hidden, 0o600), os.Link(hidden, path)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &ownSocket{UnixListener: l, path: path}, nil
}

// ownSocket is known by its second name, and removes it at the end.
type ownSocket struct {
	*net.UnixListener
	path string
	once sync.Once // later the path may be another node's
}

func (s *ownSocket) Addr() net.Addr { return &net.UnixAddr{Name: s.path, Net: "unix"} }

func (s *ownSocket) Close() error {
	err := s.UnixListener.Close()
	s.once.Do(func() { _ = os.Remove(s.path) }) // the next start replaces one that stays
	return err
}
