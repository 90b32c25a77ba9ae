//go:build unix

package node

import "syscall"

// mostFiles is how many files this process may have open; 0: not known. Go has raised
// the soft limit to the hard one.
func mostFiles() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), 1<<30))
}
