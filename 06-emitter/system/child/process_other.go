//go:build !unix

package child

import (
	"os"
	"os/exec"
)

// NewGroup does nothing here: there are no process groups.
func NewGroup(*exec.Cmd) {}

// terminate kills: there is no gentle signal here.
func terminate(p *os.Process) { _ = p.Kill() } // it may have ended

// ReadInBackground does nothing here: no program is stopped because it reads its
// terminal.
func ReadInBackground() {}
