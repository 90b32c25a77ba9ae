package basics

import (
	"fmt"
	"os/exec"
)

// FindServer is the path of the Redis server on this machine: redis-server,
// else valkey-server, which speaks the same protocol. Its error says how to
// get one, and is an exec.ErrNotFound.
func FindServer() (path string, err error) {
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err = exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("neither redis-server nor valkey-server is on the PATH (%w): "+
		"install one (Debian: apt-get install redis-server; macOS: brew install redis) or use the embedded server", exec.ErrNotFound)
}
