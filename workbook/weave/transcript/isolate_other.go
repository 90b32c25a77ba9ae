//go:build !linux

package transcript

import "syscall"

func apart() *syscall.SysProcAttr { return nil }
func canIsolate() bool            { return false }
func loopbackUp() error           { return nil }
