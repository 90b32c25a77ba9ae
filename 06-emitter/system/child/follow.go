package child

import (
	"bufio"
	"errors"
	"os/exec"
	"strings"
)

// lastLines is how many lines of a program's log are kept for when it dies.
const lastLines = 12

// errExitZero is the end of a run that nobody here asked for and that was no failure.
var errExitZero = errors.New("exit code 0, as after SIGTERM")

// follow reads the log of one run, and waits for its end.
func (p *Process) follow(cmd *exec.Cmd, log *bufio.Reader, ended chan struct{}) {
	var last []string
	for {
		line, err := log.ReadBytes('\n')
		if len(line) > 0 {
			if line[len(line)-1] == '\n' {
				line = line[:len(line)-1]
			}
			if p.o.Log == nil || p.o.Log(line) {
				if last = append(last, string(line)); len(last) > lastLines {
					last = last[1:]
				}
			}
		}
		if err != nil {
			break // the process has ended, or is about to
		}
	}
	err := cmd.Wait()
	p.mu.Lock()
	asked := p.asked
	p.last = last
	p.mu.Unlock()
	if asked {
		last, err = nil, nil
	} else if err == nil {
		err = errExitZero
	}
	close(ended)
	if err != nil && p.o.Died != nil {
		p.o.Died(err, last)
	}
}

// Ended is closed when the present run has ended and its log has been read; nil
// before the first run.
func (p *Process) Ended() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// LastLine is the last line of the log of a run that has ended: often the reason.
func (p *Process) LastLine() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.last) == 0 {
		return "it said nothing"
	}
	return p.last[len(p.last)-1]
}

// FromOutside reports whether an end, as Died gets it, was by a signal from outside,
// which the program's log cannot explain.
func FromOutside(why error) bool {
	var exit *exec.ExitError
	return why == errExitZero || errors.As(why, &exit) && strings.Contains(exit.String(), "killed")
}
