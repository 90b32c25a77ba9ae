package proxies

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/launch"
	"example.com/redis-chat/01-redis-basics/redistest"
)

const (
	patience = 2 * time.Minute // it ends a hang, and says nothing about speed
	tick     = 10 * time.Millisecond
)

// process is a node or a proxy that runs until the test ends.
type process struct {
	*exec.Cmd
	log   redistest.Buffer
	ended chan struct{} // closed when it has ended
}

// start starts it; end is how it ends with the test.
func start(t *testing.T, cmd *exec.Cmd, end func(*process)) *process {
	t.Helper()
	p := &process{Cmd: cmd, ended: make(chan struct{})}
	p.Stdout, p.Stderr = &p.log, &p.log
	p.WaitDelay = time.Second // a child that is left has them open, too
	require.NoError(t, launch.StartChild(p.Cmd))
	go func() {
		defer close(p.ended)
		_ = p.Wait()
	}()
	t.Cleanup(func() {
		end(p)
		if t.Failed() {
			t.Logf("%s said:\n%s", strings.Join(cmd.Args, " "), p.log.String())
		}
	})
	return p
}

// terminate lets it end its own children first: of a proxy that is killed they would stay.
func (p *process) terminate() {
	_ = p.Process.Signal(syscall.SIGTERM) // an error says that it has ended already
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.kill()
	}
	// nginx leaves workers behind when it ends while it reads its file anew. They are in its group.
	_ = killGroup(p.Process.Pid)
}

// kill is kill -9.
func (p *process) kill() {
	_ = p.Process.Kill() // an error says that it has ended already
	<-p.ended
}

func (p *process) signal(t *testing.T, s os.Signal) {
	t.Helper()
	require.NoError(t, p.Process.Signal(s))
}

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// children are the processes that a process has started, by number.
func children(pid int) []string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(text))
}
