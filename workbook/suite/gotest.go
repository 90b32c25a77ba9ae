package suite

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// goTest runs go test once and counts what it reports.
func goTest(ctx context.Context, o Options, args, env []string) (Tally, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = o.Root
	cmd.Env = env
	cmd.Stderr = o.Err
	// go test hands an interrupt on to the tests; a kill would leave them behind.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	stream, err := cmd.StdoutPipe()
	if err != nil {
		return Tally{}, fmt.Errorf("go test: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return Tally{}, fmt.Errorf("go test: %w", err)
	}
	tally, readErr := read(stream, o.Out)
	if readErr != nil {
		// Without a reader go test would wait for ever to write.
		_, _ = io.Copy(io.Discard, stream)
	}
	exitErr := cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return tally, fmt.Errorf("go test: interrupted")
	case readErr != nil:
		return tally, fmt.Errorf("read the output of go test: %w", readErr)
	case exitErr != nil && tally.Failed == 0:
		return tally, fmt.Errorf("go test failed, and no test did: %w", exitErr)
	case exitErr == nil && tally.Failed > 0:
		return tally, fmt.Errorf("go test reported %d failures and ended as if there were none", tally.Failed)
	}
	return tally, nil
}
