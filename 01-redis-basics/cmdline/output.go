package cmdline

import (
	"io"
	"sync"
)

// Output is standard output for a program that has to know whether it was heard:
// a result that a full disk has swallowed is no success, and after "| head" nobody
// reads on. A write to a closed pipe ends a program at once, before it has cleaned
// up, unless it has said signal.Ignore(syscall.SIGPIPE). (Do not catch that signal
// instead: then every server that closes a connection sends it, too.)
type Output struct {
	W      io.Writer
	Failed func() // called at the first error; default: nothing

	mu  sync.Mutex
	err error
}

// Write implements io.Writer, for several goroutines.
func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n, err := o.W.Write(p)
	if err != nil && o.err == nil {
		if o.err = err; o.Failed != nil {
			o.Failed()
		}
	}
	return n, err
}

// Err is the first error of a write.
func (o *Output) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}
