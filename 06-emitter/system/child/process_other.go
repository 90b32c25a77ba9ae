//go:build !unix

package child

import (
	"os"
	"os/exec"
)

// OwnGroup does nothing here: there are no process groups.
func OwnGroup(*exec.Cmd) {}

// terminate kills: there is no gentle signal here.
func terminate(p *os.Process) { _ = p.Kill() } // it may have ended

// ReadInBackground does nothing here: a terminal stops nobody who reads it.
func ReadInBackground() {}
