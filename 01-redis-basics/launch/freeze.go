package launch

import "os"

// FreezeProcess stops p where it is (SIGSTOP): its connections stay open and
// nothing on them is answered. A machine that hangs looks like this from
// outside. Windows has no such signal: errors.ErrUnsupported.
func FreezeProcess(p *os.Process) error { return freeze(p) }

// ThawProcess lets a frozen process go on (SIGCONT).
func ThawProcess(p *os.Process) error { return thaw(p) }
