//go:build unix

package child

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// NewGroup makes cmd, which must not run yet, start in a new process group: Ctrl-C in
// a terminal then goes to this program alone, which ends its children in order.
func NewGroup(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

// terminate asks a process to end.
func terminate(p *os.Process) { _ = p.Signal(syscall.SIGTERM) } // it may have ended

// ReadInBackground lets a program that runs in the background (make run &) read its
// terminal: the read fails. Without this the program would be stopped.
func ReadInBackground() { signal.Ignore(syscall.SIGTTIN) }
