//go:build !unix

package proxies

import "syscall"

var anew = []syscall.Signal{syscall.SIGHUP}

func killGroup(int) error { return nil }
