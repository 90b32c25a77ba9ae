package launch

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// starts carries the children to the one thread that may start them.
var starts = sync.OnceValue(func() chan<- func() {
	c := make(chan func())
	go startOnOneThread(c)
	return c
})

// startOnOneThread runs as long as the process. Pdeathsig fires when the
// *thread* that forked ends, and Go ends threads when it likes: this one is
// locked.
func startOnOneThread(starts <-chan func()) {
	runtime.LockOSThread()
	for start := range starts {
		start()
	}
}

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
