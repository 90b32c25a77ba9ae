//go:build !unix

package basics

import "os/exec"

func startChild(cmd *exec.Cmd) error { return cmd.Start() }
