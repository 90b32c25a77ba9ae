package interop

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	basics "example.com/redis-chat/01-redis-basics"
)

// patience is how long a test waits for something that is bound to come.
const patience = 15 * time.Second

// modules installs the npm packages and returns their folder. It skips the test
// where that cannot be; with REQUIRE_NODE=1 it fails instead.
func modules(t *testing.T) string {
	t.Helper()
	dir, err := install(t.Context())
	if err == nil {
		return dir
	}
	text := fmt.Sprintf("only Node.js can show this: install node (18 or newer) and npm, and see that npm reaches its registry: %v", err)
	if os.Getenv("REQUIRE_NODE") == "1" {
		t.Fatal(text)
	}
	t.Skip(text)
	return ""
}

var installing sync.Mutex

// install runs npm ci in a folder that is named after the lock file, unless
// that has been done.
func install(ctx context.Context) (string, error) {
	for _, name := range []string{"node", "npm"} {
		if _, err := exec.LookPath(name); err != nil {
			return "", err
		}
	}
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "redis-chat", fmt.Sprintf("interop-%x", sha256.Sum256(lock))[:20])
	installing.Lock()
	defer installing.Unlock()
	if _, err := os.Stat(dir); err == nil {
		return filepath.Join(dir, "node_modules"), nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), "installing-") // half an installation must not be taken for a whole one
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		b, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(fresh, name), b, 0o644)
		}
		if err != nil {
			return "", err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	npm.Dir = fresh
	if out, err := npm.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	if err := os.Rename(fresh, dir); err != nil {
		if _, there := os.Stat(dir); there != nil { // else: another test was faster
			return "", err
		}
	}
	return filepath.Join(dir, "node_modules"), nil
}

// program is one of this folder's programs, running.
type program struct {
	t     *testing.T
	name  string
	in    io.Writer
	lines chan string // of its output; closed at its end
}

func start(t *testing.T, modules, name string, args ...string) *program {
	t.Helper()
	cmd := exec.Command("node", append([]string{name}, args...)...)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	cmd.Stderr = os.Stderr
	require.NoError(t, basics.StartChild(cmd))

	p := &program{t, name, in, make(chan string, 100)}
	go func() {
		defer close(p.lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			p.lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Kill()
		for range p.lines { // to the end: Wait must not close the pipe under its reader
		}
		cmd.Wait() // its error is the kill
	})
	return p
}

// tell sends the program one line of JSON.
func (p *program) tell(v any) {
	p.t.Helper()
	line, err := json.Marshal(v)
	require.NoError(p.t, err)
	_, err = p.in.Write(append(line, '\n'))
	require.NoError(p.t, err, p.name)
}

// next is the program's next line.
func (p *program) next() string {
	p.t.Helper()
	select {
	case line, ok := <-p.lines:
		require.True(p.t, ok, "%s has ended", p.name)
		return line
	case <-time.After(patience):
		require.Fail(p.t, p.name+" says nothing")
		return ""
	}
}
