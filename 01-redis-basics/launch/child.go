package launch

import "os/exec"

// StartChild starts cmd so that it dies with this process, even when this
// process panics, runs into a test's time limit, calls os.Exit, or is killed
// with SIGKILL: then no code of ours runs any more, and only the kernel can
// clean up. That is so on Linux. Elsewhere StartChild is cmd.Start, and
// whoever starts a child must also end it.
//
// On Linux the child is also in a process group of its own: Ctrl-C in a
// terminal reaches this process alone, which then ends its children in order.
func StartChild(cmd *exec.Cmd) error { return startChild(cmd) }
