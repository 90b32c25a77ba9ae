//go:build !unix

package system

import (
	"os"
	"os/exec"
)

func group(*exec.Cmd) {}

// terminate kills: there is no gentle signal here.
func terminate(p *os.Process) { _ = p.Kill() } // it may have ended

func readInBackground() {}
