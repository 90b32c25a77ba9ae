//go:build unix && !linux

package launch

import (
	"os/exec"
	"syscall"
)

// startChild keeps a terminal's Ctrl-C from the child, which its parent ends in
// order. There is no Pdeathsig here: after kill -9 of the parent a child stays.
func startChild(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	return cmd.Start()
}
