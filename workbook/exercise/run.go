package exercise

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// Test runs an exercise's tests on what is in its folder. It may take go test's word
// that they passed before, when nothing has changed.
func (e Exercise) Test(ctx context.Context) (Outcome, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-timeout=10m", e.Package())
	cmd.Dir = e.Root
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return Outcome{}, ctx.Err()
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return Outcome{}, fmt.Errorf("go test: %w", err)
	}
	outcomes, readErr := readOutcomes(&out)
	if readErr != nil {
		return Outcome{}, readErr
	}
	if err != nil && len(outcomes) == 0 {
		return Outcome{}, fmt.Errorf("go test could not begin: %s", bytes.TrimSpace(errOut.Bytes()))
	}
	return outcomes[e.Package()], nil
}

// Command is what a learner types to run the tests.
func (e Exercise) Command() string { return "go test ./" + e.Folder() }
