//go:build !unix

package launch

import "os/exec"

func startChild(cmd *exec.Cmd) error { return cmd.Start() }
