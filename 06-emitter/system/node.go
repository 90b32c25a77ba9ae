package system

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	basics "example.com/redis-chat/01-redis-basics"
)

// node is one chat node: a process of its own, started again and again.
//
// One goroutine for each run reads what it logs and waits for its end.
type node struct {
	name    string
	command []string
	env     []string
	log     func(n *node, line []byte)             // each line of its log, without the newline
	died    func(n *node, err error, why []string) // its end, when nobody here asked for it

	mu      sync.Mutex
	cmd     *exec.Cmd
	ended   chan struct{}  // closed when cmd has ended and its log has been read
	asked   bool           // somebody here ended it
	closed  bool           // for good: it is not started again
	ear     io.WriteCloser // its standard input
	watched bool           // the live map is open
	last    []string       // the end of its log, when it has ended
}

var (
	errRuns    = errors.New("it is running")
	errInPeace = errors.New("in peace, as after SIGTERM")
	errClosed  = errors.New("the system is stopping")
)

// start starts the process. It does not wait for the node to be ready.
func (n *node) start() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.closed: // by Stop, which may come between the two halves of a restart
		return fmt.Errorf("start %s: %w", n.name, errClosed)
	case n.running():
		return fmt.Errorf("start %s: %w", n.name, errRuns)
	}
	cmd := exec.Command(n.command[0], n.command[1:]...)
	cmd.Env = n.env
	group(cmd)
	log, err := cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("start %s: %w", n.name, err)
	}
	if n.ear, err = cmd.StdinPipe(); err != nil {
		return fmt.Errorf("start %s: %w", n.name, err)
	}
	if err := basics.StartChild(cmd); err != nil {
		return fmt.Errorf("start %s: %w", n.name, err)
	}
	n.cmd, n.ended, n.asked = cmd, make(chan struct{}), false
	go n.follow(cmd, bufio.NewReader(log), n.ended)
	if n.watched {
		n.tell(look)
	}
	return nil
}

// look asks the node, in this run and in later ones, to tell of each step of a
// message, or to stop.
func (n *node) look(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.watched = on
	switch {
	case !n.running():
	case on:
		n.tell(look)
	default:
		n.tell(lookAway)
	}
}

// tell is called with mu held. A node that has ended hears nothing; in one that
// is frozen the words wait, and there is room for thousands.
func (n *node) tell(word string) { _, _ = io.WriteString(n.ear, word+"\n") }

// lastLines is how much of a node's log is kept for when it dies.
const lastLines = 12

func (n *node) follow(cmd *exec.Cmd, log *bufio.Reader, ended chan struct{}) {
	var last []string
	for {
		line, err := log.ReadBytes('\n')
		if len(line) > 0 {
			if line[len(line)-1] == '\n' {
				line = line[:len(line)-1]
			}
			n.log(n, line)
			if bytes.Contains(line, []byte(`"msg":"`+stepMessage+`"`)) {
				continue // of a message, and not of the node
			}
			if last = append(last, string(line)); len(last) > lastLines {
				last = last[1:]
			}
		}
		if err != nil {
			break // the process has ended, or is about to
		}
	}
	err := cmd.Wait()
	n.mu.Lock()
	asked := n.asked
	n.last = last
	n.mu.Unlock()
	if asked {
		last, err = nil, nil
	} else if err == nil {
		err = errInPeace
	}
	close(ended)
	if err != nil {
		n.died(n, err, last)
	}
}

// kill ends the node as kill -9 does, and returns when it is gone.
func (n *node) kill() error {
	n.mu.Lock()
	if !n.running() {
		n.mu.Unlock()
		return fmt.Errorf("kill %s: it is not running", n.name)
	}
	n.asked = true
	err := n.cmd.Process.Kill()
	ended := n.ended
	n.mu.Unlock()
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", n.name, err)
	}
	<-ended
	return nil
}

// close is stop, for good.
func (n *node) close(patience time.Duration) (inTime bool) {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	return n.stop(patience)
}

// stop lets the node end in peace: its clients are told to go elsewhere. Who
// takes longer than patience is killed.
func (n *node) stop(patience time.Duration) (inTime bool) {
	n.mu.Lock()
	if !n.running() {
		n.mu.Unlock()
		return true
	}
	n.asked = true
	_ = basics.ThawProcess(n.cmd.Process) // a frozen process, whoever froze it, takes no signal but SIGKILL
	process, ended := n.cmd.Process, n.ended
	n.mu.Unlock()
	terminate(process)
	select {
	case <-ended:
		return true
	case <-time.After(patience):
		_ = n.kill()
		return false
	}
}

// freeze stops the process where it is, and thaw lets it go on.
func (n *node) freeze() error { return n.signal(basics.FreezeProcess) }
func (n *node) thaw() error   { return n.signal(basics.ThawProcess) }

func (n *node) signal(send func(*os.Process) error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.running() {
		return fmt.Errorf("%s is not running", n.name)
	}
	return send(n.cmd.Process)
}

func (n *node) pid() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.running() {
		return 0
	}
	return n.cmd.Process.Pid
}

// running is called with mu held.
func (n *node) running() bool {
	if n.ended == nil {
		return false
	}
	select {
	case <-n.ended:
		return false
	default:
		return true
	}
}

// lastWords is the last line of a node that has ended: why, when it says so.
func (n *node) lastWords() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.last) == 0 {
		return "it said nothing"
	}
	return n.last[len(n.last)-1]
}

// gone is closed when the present run has ended.
func (n *node) gone() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ended
}

// fromOutside tells an end by a signal, which the node's log cannot explain.
func fromOutside(err error) bool {
	var exit *exec.ExitError
	return err == errInPeace || errors.As(err, &exit) && strings.Contains(exit.String(), "killed")
}
