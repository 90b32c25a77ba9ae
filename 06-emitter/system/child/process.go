package child

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Process is a program that runs as a child of this one, and is started again and
// again: each time is a run.
type Process struct {
	o Options

	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan struct{}  // closed when cmd has ended and its log has been read
	asked  bool           // somebody here ended it
	closed bool           // it must not be started again
	in     io.WriteCloser // its standard input
	told   string         // the line that Tell was given last
	last   []string       // the last lines of its log, once it has ended
}

// Options say which program runs, and which functions are told of it.
type Options struct {
	// Name is what errors call it.
	Name string
	// Command is the program and its arguments.
	Command []string
	// Env is its environment, NAME=value. Default nil: that of this program.
	Env []string
	// Log gets each line that the program writes to its standard error, without the
	// newline. It reports whether the line is worth keeping among the last lines. It
	// must not block: the program would then block at its next line. Default nil: all
	// lines are kept.
	Log func(line []byte) (keep bool)
	// Died is called with the reason when a run ends that nobody here has ended, and
	// with the last lines of its log. Default nil: nothing is called.
	Died func(why error, last []string)
}

var (
	// ErrRuns is in the error of Start when the program is running.
	ErrRuns = errors.New("it is running")
	// ErrClosed is in the error of Start after Close.
	ErrClosed = errors.New("it has been closed for good")
)

// New returns a Process that does not run yet.
func New(o Options) *Process { return &Process{o: o} }

// Name is the name in Options.
func (p *Process) Name() string { return p.o.Name }

// Start begins a run. It does not wait for the program to be ready.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed: // Close may come between the two halves of a restart
		return fmt.Errorf("start %s: %w", p.o.Name, ErrClosed)
	case p.running():
		return fmt.Errorf("start %s: %w", p.o.Name, ErrRuns)
	}
	cmd := exec.Command(p.o.Command[0], p.o.Command[1:]...)
	cmd.Env = p.o.Env
	NewGroup(cmd)
	log, err := cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("start %s: %w", p.o.Name, err)
	}
	if p.in, err = cmd.StdinPipe(); err != nil {
		return fmt.Errorf("start %s: %w", p.o.Name, err)
	}
	if err := launch.StartChild(cmd); err != nil {
		return fmt.Errorf("start %s: %w", p.o.Name, err)
	}
	p.cmd, p.ended, p.asked = cmd, make(chan struct{}), false
	go p.follow(cmd, bufio.NewReader(log), p.ended)
	if p.told != "" {
		p.write()
	}
	return nil
}

// Tell writes a line to the program's standard input, in this run, and at the
// beginning of each later one, until it is told something else.
func (p *Process) Tell(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = line
	if p.running() {
		p.write()
	}
}

// write is called with mu held. A program that has ended does not get the line; for a
// frozen one it waits in the pipe, which has room for thousands.
func (p *Process) write() { _, _ = io.WriteString(p.in, p.told+"\n") }

// PID is the number of the process, 0 when it does not run.
func (p *Process) PID() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return 0
	}
	return p.cmd.Process.Pid
}

// running is called with mu held.
func (p *Process) running() bool {
	if p.ended == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}
