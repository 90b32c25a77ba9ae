package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/04-websocket-chat/client"
)

// patience is how long a test waits for something that is bound to come. It is
// there to end a hang, and says nothing about speed.
const patience = 2 * time.Minute

// program is a run of the system, as a process.
type program struct {
	t     *testing.T
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   io.Closer
	lines *bufio.Scanner
	said  strings.Builder
	pids  []int // of its children
	urls  []string
}

var (
	pidOf = regexp.MustCompile(`^  (?:master|replica-\d|node-\d) +\S+ +(\d+) `)
	urlOf = regexp.MustCompile(`^  node-.*(http://\S+)`)
)

// begin starts the program in a process group of its own, as a shell would, and returns
// when the program has printed its start.
func begin(t *testing.T) *program {
	t.Helper()
	backend, err := launch.BackendFromEnv()
	require.NoError(t, err)
	if backend.Kind == launch.KindRunning {
		t.Skip("the system starts servers of its own: run it with WORKBOOK_REDIS=embedded or WORKBOOK_REDIS=server")
	}
	p := &program{t: t}
	p.cmd = exec.Command(os.Args[0], "-redis", backend.String(), "-ports", "0,0", "-redis-ports", "0,0,0", "-map", "")
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.Stderr = os.Stderr
	p.in, err = p.cmd.StdinPipe()
	require.NoError(t, err)
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	p.out, p.lines = out, bufio.NewScanner(out)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
		if t.Failed() {
			t.Log(p.said.String())
		}
	})
	p.until("Type help")
	for line := range strings.Lines(p.said.String()) {
		if m := pidOf.FindStringSubmatch(line); m != nil {
			pid, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			p.pids = append(p.pids, pid)
		}
		if m := urlOf.FindStringSubmatch(line); m != nil {
			p.urls = append(p.urls, m[1])
		}
	}
	want := map[launch.Kind]int{launch.KindEmbedded: 2, launch.KindServer: 5}
	require.Len(t, p.pids, want[backend.Kind], p.said.String())
	require.Len(t, p.urls, 2)
	require.Regexp(t, `Ready in \d+\.\d\d s`, p.said.String())
	return p
}

// until reads what the program says until a line contains text.
func (p *program) until(text string) {
	p.t.Helper()
	for p.lines.Scan() {
		p.said.WriteString(p.lines.Text() + "\n")
		if strings.Contains(p.lines.Text(), text) {
			return
		}
	}
	require.FailNow(p.t, "it has ended", "without %q:\n%s", text, p.said.String())
}

// nothingIsLeft waits until none of the children runs.
func (p *program) nothingIsLeft() {
	p.t.Helper()
	for _, pid := range p.pids {
		require.Eventually(p.t, func() bool { return !runs(pid) }, patience, 5*time.Millisecond, "process %d", pid)
	}
}

// runs is false for a zombie too: it has ended, and nobody has asked how yet.
func runs(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, after, _ := strings.Cut(string(stat), ") ")
	return err == nil && !strings.HasPrefix(after, "Z")
}

func TestSignalEndsEverythingInOrder(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"Ctrl-C": syscall.SIGINT, "SIGTERM": syscall.SIGTERM, "the terminal is closed": syscall.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			p := begin(t)
			alice, err := client.Dial(t.Context(), p.urls[0], client.DialOptions{Name: "alice"})
			require.NoError(t, err)
			defer alice.Close()
			p.until("alice connected to node-1")

			require.NoError(t, syscall.Kill(-p.cmd.Process.Pid, signal)) // to the whole group, as a terminal does
			p.until("nothing of ours is left running")
			require.NoError(t, p.cmd.Wait(), "exit code 0")
			require.NotContains(t, p.said.String(), "was killed", "each had time enough to end")
			p.nothingIsLeft()
			for err == nil {
				_, err = alice.Receive(t.Context())
			}
			require.ErrorContains(t, err, "1001", "she was told, so the node was not killed")
		})
	}
}

func TestNothingIsLeftWhenTheSystemIsKilled(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	p := begin(t)
	for _, pid := range p.pids {
		require.True(t, runs(pid))
	}
	require.NoError(t, p.cmd.Process.Kill())
	p.nothingIsLeft()

	next := begin(t)
	require.NoError(t, next.cmd.Process.Signal(syscall.SIGTERM))
	next.until("nothing of ours is left running")
	require.NoError(t, next.cmd.Wait())
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left, "the next start removes the folders of the one that was killed")
}

// TestClosedPipeEndsEverythingInOrder is "system | head".
func TestClosedPipeEndsEverythingInOrder(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	p := begin(t)
	require.NoError(t, p.out.Close())
	_, err := io.WriteString(p.in, "status\n")
	require.NoError(t, err)
	err = p.cmd.Wait()
	exit, ok := errors.AsType[*exec.ExitError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, 1, exit.ExitCode())
	p.nothingIsLeft()
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left, "its folders are removed")
}

func TestCommandsAreTyped(t *testing.T) {
	p := begin(t)
	for _, c := range [][2]string{
		{"help", "freeze WHAT"},
		{"emit Hello!", "reached 2 of 2 replicas"},
		{"kill replica-1", "kill replica-1: done"},
		{"restart replica-1", "restart replica-1: done"},
		{"kill 2", "kill 2: done"},
		{"restart replica-2", "restart replica-2: done"},
		{"dance", `"dance" is no command`},
		{"kill", "kill what?"},
		{"freeze node-2", "freeze node-2: done"},
		{"status", "node-2"},
		{"quit", "nothing of ours is left running"},
	} {
		_, err := io.WriteString(p.in, c[0]+"\n")
		require.NoError(t, err)
		p.until(c[1])
	}
	require.NoError(t, p.cmd.Wait())
	p.nothingIsLeft()
}

func TestEndOfInputIsNotTheEnd(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // it is killed at the end
	p := begin(t)
	require.NoError(t, p.in.Close())
	alice, err := client.Dial(t.Context(), p.urls[0], client.DialOptions{Name: "alice"})
	require.NoError(t, err)
	defer alice.Close()
	p.until("alice connected to node-1")
}
