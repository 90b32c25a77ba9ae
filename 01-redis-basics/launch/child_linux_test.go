package launch_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

// TestNoServerOutlivesItsProgram runs this test binary anew: in that process
// the test below starts a server, tells its number, and comes to a bad end.
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
			require.Eventually(t, func() bool { return gone(pid) }, patience, 5*time.Millisecond)
		})
	}
}

// init runs before any test, and so before the clock of -test.timeout starts:
// on a slow machine the time must not be over before there is a server.
func init() {
	if os.Getenv("BAD_END") == "" {
		return
	}
	p, err := launch.StartProcess(context.Background(), launch.ProcessOptions{Dir: os.Getenv("BAD_END_DIR")})
	if err != nil {
		panic(err)
	}
	fmt.Printf("\nSERVER %d\n", p.PID())
}

func TestBadEnd(t *testing.T) {
	switch os.Getenv("BAD_END") {
	case "":
		t.Skip("only for TestNoServerOutlivesItsProgram")
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
// a goroutine that finds itself there keeps it busy and starts another one.
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
		{"with StartChild", launch.StartChild, true},
		{"with Pdeathsig alone", func(cmd *exec.Cmd) error {
			cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
			return cmd.Start()
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.Command("cat") // it answers what it is told
			tell, err := cmd.StdinPipe()
			require.NoError(t, err)
			answers, err := cmd.StdoutPipe()
			require.NoError(t, err)
			asked := make(chan int, 1)
			started := make(chan error, 1)
			go onDyingThread(func() {
				asked <- syscall.Gettid()
				started <- c.start(cmd)
			})
			require.NoError(t, <-started)
			thread := fmt.Sprintf("/proc/self/task/%d", <-asked)
			require.Eventually(t, func() bool { // when it is gone, its children have their signal
				_, err := os.Stat(thread)
				return errors.Is(err, os.ErrNotExist)
			}, patience, time.Millisecond)
			_, err = io.WriteString(tell, "are you there?\n")
			answer, readErr := bufio.NewReader(answers).ReadString('\n')
			if c.lives {
				require.NoError(t, errors.Join(err, readErr))
				require.Equal(t, "are you there?\n", answer)
				require.NoError(t, cmd.Process.Kill())
			} else {
				require.ErrorIs(t, readErr, io.EOF, "it is dead")
			}
			require.Error(t, cmd.Wait())
		})
	}
}
