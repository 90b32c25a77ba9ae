//go:build unix

package proxies

import "syscall"

// killGroup ends what a process has started, when it has ended itself.
func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
