package basics

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// starts carries the children to the one thread that may start them.
var starts = sync.OnceValue(func() chan<- func() {
	c := make(chan func())
	go func() {
		// Pdeathsig fires when the *thread* that forked ends, and Go ends
		// threads when it likes. This one is locked and lives as long as the
		// process.
		runtime.LockOSThread()
		for f := range c {
			f()
		}
	}()
	return c
})

func startChild(cmd *exec.Cmd) error {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	cmd.SysProcAttr.Setpgid = true
	result := make(chan error, 1)
	starts() <- func() { result <- cmd.Start() }
	return <-result
}
