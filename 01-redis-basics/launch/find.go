package launch

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
		"install one (Debian: apt-get install redis-server, or valkey-server; macOS: brew install redis, or valkey)", exec.ErrNotFound)
}

// CLI is the name of the program with which a person talks to a server: redis-cli,
// or valkey-cli where that alone is on the PATH.
func CLI() string {
	if _, err := exec.LookPath("redis-cli"); err != nil {
		if _, err := exec.LookPath("valkey-cli"); err == nil {
			return "valkey-cli"
		}
	}
	return "redis-cli"
}
