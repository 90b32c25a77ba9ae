package basics_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	basics "example.com/redis-chat/01-redis-basics"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// TestNoServerOutlivesItsProgram runs this test binary anew: there the test
// below starts a server, tells its number, and comes to a bad end.
func TestNoServerOutlivesItsProgram(t *testing.T) {
	redistest.NeedsServer(t)
	for _, end := range []string{"panic", "exit", "kill", "timeout"} {
		t.Run(end, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestBadEnd$", "-test.v")
			if end == "timeout" {
				cmd.Args = append(cmd.Args, "-test.timeout=1s")
			}
			cmd.Env = append(os.Environ(), "BAD_END="+end, "BAD_END_DIR="+t.TempDir())
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			pid := 0
			for lines := bufio.NewScanner(out); lines.Scan(); {
				if s, ok := strings.CutPrefix(lines.Text(), "SERVER "); ok {
					pid, err = strconv.Atoi(s)
					require.NoError(t, err)
					if end == "kill" {
						require.NoError(t, cmd.Process.Kill())
					}
				}
			}
			require.Error(t, cmd.Wait())
			require.NotZero(t, pid)
			require.Eventually(t, func() bool { return gone(pid) }, 5*time.Second, 5*time.Millisecond)
		})
	}
}

func TestBadEnd(t *testing.T) {
	end := os.Getenv("BAD_END")
	if end == "" {
		t.Skip("only for TestNoServerOutlivesItsProgram")
	}
	p, err := basics.StartProcess(t.Context(), basics.ProcessOptions{Dir: os.Getenv("BAD_END_DIR")})
	require.NoError(t, err)
	fmt.Printf("\nSERVER %d\n", p.PID())
	switch end {
	case "panic":
		go func() { panic("a bad end") }()
	case "exit":
		os.Exit(3)
	}
	select {} // until somebody ends us
}

// gone is true also for a zombie: it has ended, nobody has asked how.
func gone(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	after := string(b[strings.LastIndexByte(string(b), ')')+1:])
	return strings.HasPrefix(after, " Z") || strings.HasPrefix(after, " X")
}

// onDyingThread runs f on a thread that ends with it: a goroutine that ends
// while it is locked takes its thread along. Only the main thread never ends;
// who finds himself there keeps it busy and sends another.
func onDyingThread(f func()) {
	runtime.LockOSThread()
	if syscall.Gettid() != syscall.Getpid() {
		f()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		onDyingThread(f)
	}()
	<-done
	runtime.UnlockOSThread()
}

func TestChildOutlivesTheThreadThatAskedForIt(t *testing.T) {
	for _, c := range []struct {
		name  string
		start func(*exec.Cmd) error
		lives bool
	}{
		{"with StartChild", basics.StartChild, true},
		{"with Pdeathsig alone", func(cmd *exec.Cmd) error {
			cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
			return cmd.Start()
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.Command("sleep", "60")
			started := make(chan error)
			go onDyingThread(func() { started <- c.start(cmd) })
			require.NoError(t, <-started)
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			if c.lives {
				require.Never(t, func() bool { return len(ended) > 0 }, 200*time.Millisecond, 10*time.Millisecond)
				require.NoError(t, cmd.Process.Kill())
			}
			require.Error(t, <-ended)
		})
	}
}
