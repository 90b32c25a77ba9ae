//go:build unix

package proxies

import "syscall"

// anew are the two signals by which haproxy reads its file anew.
var anew = []syscall.Signal{syscall.SIGUSR2, syscall.SIGHUP}

// killGroup ends what a process has started, when it has ended itself.
func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }
