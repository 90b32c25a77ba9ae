//go:build !unix

package launch

import (
	"errors"
	"fmt"
	"os"
)

func freeze(p *os.Process) error { return unsupported(p, "freeze") }

func thaw(p *os.Process) error { return unsupported(p, "thaw") }

func terminate(p *os.Process) error { return unsupported(p, "end") }

func unsupported(p *os.Process, verb string) error {
	return fmt.Errorf("%s process %d: %w here", verb, p.Pid, errors.ErrUnsupported)
}
