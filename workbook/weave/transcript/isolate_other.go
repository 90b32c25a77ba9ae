//go:build !linux

package transcript

import "syscall"

func apart() *syscall.SysProcAttr { return nil }
func canIsolate(string) bool      { return false }
func settle() error               { return nil }
