package child

import (
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/redis-chat/01-redis-basics/launch"
)

// Kill ends the run as kill -9 does, and returns when it is gone.
func (p *Process) Kill() error {
	p.mu.Lock()
	if !p.running() {
		p.mu.Unlock()
		return fmt.Errorf("kill %s: it is not running", p.o.Name)
	}
	p.asked = true
	err := p.cmd.Process.Kill()
	ended := p.ended
	p.mu.Unlock()
	if err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", p.o.Name, err)
	}
	<-ended
	return nil
}

// Close is Stop, and makes every later Start fail with ErrClosed.
func (p *Process) Close(patience time.Duration) (inTime bool) {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	return p.Stop(patience)
}

// Stop asks the program to end, by SIGTERM, and returns when it has ended. A program
// that takes longer than patience is killed, and inTime is false. Without a run it does
// nothing.
func (p *Process) Stop(patience time.Duration) (inTime bool) {
	p.mu.Lock()
	if !p.running() {
		p.mu.Unlock()
		return true
	}
	p.asked = true
	_ = launch.ThawProcess(p.cmd.Process) // a frozen process, whoever froze it, takes no signal but SIGKILL
	process, ended := p.cmd.Process, p.ended
	p.mu.Unlock()
	terminate(process)
	select {
	case <-ended:
		return true
	case <-time.After(patience):
		_ = p.Kill()
		return false
	}
}

// Freeze stops the process where it is: its connections stay open.
func (p *Process) Freeze() error { return p.signal(launch.FreezeProcess) }

// Thaw lets a frozen process go on.
func (p *Process) Thaw() error { return p.signal(launch.ThawProcess) }

func (p *Process) signal(send func(*os.Process) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		return fmt.Errorf("%s is not running", p.o.Name)
	}
	return send(p.cmd.Process)
}
