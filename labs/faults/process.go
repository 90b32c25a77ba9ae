package faults

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"example.com/redis-chat/01-redis-basics/launch"
)

// process is one node: a process of its own, so that it can be killed. It is
// started again with the same command, at the same address.
type process struct {
	name         string
	command, env []string

	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended and its output has been read

	mu   sync.Mutex
	last []string // the last lines of its output
}

// lastLines is how many lines of a node's output are kept, to say why it ended.
const lastLines = 10

func (p *process) start() error {
	out, in, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	p.cmd, p.ended = exec.Command(p.command[0], p.command[1:]...), make(chan struct{})
	p.cmd.Env = p.env
	p.cmd.Stdout, p.cmd.Stderr = in, in
	err = launch.StartChild(p.cmd)
	_ = in.Close() // the child has its own
	if err != nil {
		_ = out.Close()
		close(p.ended)
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	go p.follow(out, p.cmd, p.ended)
	return nil
}

// follow reads the output to its end: a full pipe would hold the node up.
func (p *process) follow(out *os.File, cmd *exec.Cmd, ended chan struct{}) {
	defer close(ended)
	defer out.Close()
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if line = strings.TrimSpace(line); line != "" {
			p.mu.Lock()
			if p.last = append(p.last, line); len(p.last) > lastLines {
				p.last = p.last[1:]
			}
			p.mu.Unlock()
		}
		if err != nil {
			break
		}
	}
	_ = cmd.Wait() // exitCode tells the rest
}

// kill ends it as kill -9 does, and returns when it is gone. A node that has ended is
// left as it is.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// terminate asks it to end, which lets it finish its work.
func (p *process) terminate() error { return p.cmd.Process.Signal(syscall.SIGTERM) }

// exitCode is the exit code of a node that has ended, -1 if by a signal.
func (p *process) exitCode() int { return p.cmd.ProcessState.ExitCode() }

// said is the last lines of its output.
func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.last) == 0 {
		return "it said nothing"
	}
	return strings.Join(p.last, " | ")
}
