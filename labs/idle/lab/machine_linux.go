package lab

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// resident is a process's memory in bytes, as the kernel counts it.
func resident(pid int) (int64, error) {
	return field(fmt.Sprintf("/proc/%d/status", pid), "VmRSS")
}

// available is how much memory the machine can still give, in bytes.
func available() (int64, error) { return field("/proc/meminfo", "MemAvailable") }

// kernel is what the kernel keeps for itself, sockets above all, in bytes.
func kernel() (int64, error) { return field("/proc/meminfo", "Slab") }

// field reads a line of these files, as in "VmRSS:   1234 kB".
func field(file, name string) (int64, error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, fmt.Errorf("measure memory: %w", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) == 3 && words[0] == name+":" {
			n, err := strconv.ParseInt(words[1], 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("measure memory: %s says nothing of %s", file, name)
}

// raiseLimit lets this process and its children have so many descriptors, or as many as it may, and says how many that is.
// The limit ends with the process, so there is nothing to put back.
func raiseLimit(want int) (have int, err error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, fmt.Errorf("look at the limit of descriptors: %w", err)
	}
	if uint64(want) <= limit.Cur {
		return int(limit.Cur), nil
	}
	raised := syscall.Rlimit{Cur: uint64(want), Max: max(limit.Max, uint64(want))}
	if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised) == nil { // root may
		return want, nil
	}
	raised = syscall.Rlimit{Cur: limit.Max, Max: limit.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised); err != nil {
		return int(limit.Cur), nil
	}
	return int(limit.Max), nil
}
