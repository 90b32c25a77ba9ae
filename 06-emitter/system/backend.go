package system

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/redis-chat/01-redis-basics/launch"
)

// choose says where Redis comes from, and why; path is the servers' program, if any.
func choose(redis string) (backend launch.Backend, path, why string, err error) {
	var missing error
	if redis != "embedded" {
		path, missing = launch.FindServer()
	}
	switch {
	case redis == "embedded":
		return backend, "", "Redis: embedded in this program, as -redis or WORKBOOK_REDIS asks", nil
	case missing == nil:
		return launch.Backend{Kind: launch.KindServer}, path, "Redis: real servers, " + path + version(path), nil
	case redis == "server":
		return backend, "", "", fmt.Errorf("-redis server: %w; or take the embedded ones: -redis embedded", missing)
	}
	return backend, "", "Redis: embedded in this program, because neither redis-server nor valkey-server is on the PATH", nil
}

// version returns the number in what a server prints of itself: "Redis server v=7.0.15
// sha=…". It is for people only, and "" for a server that prints something else.
func version(path string) string {
	out, _ := exec.Command(path, "--version").Output()
	_, after, found := strings.Cut(string(out), "v=")
	if number, _, _ := strings.Cut(after, " "); found {
		return " " + number
	}
	return ""
}

// chooseRedis decides where Redis comes from, and says so.
func (s *System) chooseRedis(context.Context) (err error) {
	path := ""
	if s.backend, path, s.why, err = choose(s.o.Redis); err != nil {
		return err
	}
	if s.o.Sentinels > 0 && !s.processes() {
		return fmt.Errorf("-sentinels %d: neither redis-server nor valkey-server is on the PATH: %s", s.o.Sentinels, needsReal)
	}
	s.server, s.cli = filepath.Base(path), launch.CLI()
	s.feed.Print(s.why)
	return nil
}
