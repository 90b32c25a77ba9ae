package interop

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/06-emitter/interop/npm"
)

// patience is how long a test waits for something that is bound to come. It is
// there to end a hang, and says nothing about speed.
const patience = 2 * time.Minute

// modules installs the npm packages and returns their folder. Where they cannot be
// installed it skips the test; with REQUIRE_NODE=1 it fails instead.
func modules(t *testing.T) string {
	t.Helper()
	dir, err := npm.Install(t.Context(), "interop", os.DirFS("."))
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
	require.NoError(t, launch.StartChild(cmd))

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
