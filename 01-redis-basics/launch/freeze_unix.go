//go:build unix

package launch

import (
	"fmt"
	"os"
	"syscall"
)

func freeze(p *os.Process) error { return signal(p, "freeze", syscall.SIGSTOP) }

func thaw(p *os.Process) error { return signal(p, "thaw", syscall.SIGCONT) }

func terminate(p *os.Process) error { return signal(p, "end", syscall.SIGTERM) }

func signal(p *os.Process, verb string, s os.Signal) error {
	if err := p.Signal(s); err != nil {
		return fmt.Errorf("%s process %d: %w", verb, p.Pid, err)
	}
	return nil
}
