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

// run runs go test -json on the exercises' packages, with the sources that stand for
// their own, and returns what came of each, by import path. No sources: as they are. No
// redis: as the environment says.
func run(ctx context.Context, root string, all []Exercise, sources map[string]Sources, redis string, flags ...string) (map[string]Outcome, error) {
	args := append([]string{"test", "-json", "-timeout=10m"}, flags...)
	if len(sources) > 0 {
		folder, err := os.MkdirTemp("", "exercise-")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(folder) }()
		o := overlay{Replace: map[string]string{}}
		for _, e := range all {
			if s, ok := sources[e.ID()]; ok {
				if err := o.put(e, s, folder); err != nil {
					return nil, err
				}
			}
		}
		file, err := o.write(folder)
		if err != nil {
			return nil, err
		}
		args = append(args, "-overlay="+file)
	}
	for _, e := range all {
		args = append(args, e.Package())
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	if redis != "" {
		cmd.Env = append(os.Environ(), "WORKBOOK_REDIS="+redis)
	}
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("go test: %w", err)
	}
	outcomes, readErr := readOutcomes(&out)
	if readErr != nil {
		return nil, readErr
	}
	if err != nil && len(outcomes) == 0 {
		return nil, fmt.Errorf("go test could not begin: %s", bytes.TrimSpace(errOut.Bytes()))
	}
	return outcomes, nil
}

// Test runs an exercise's tests on what is in its folder. It may take go test's word
// that they passed before, when nothing has changed.
func (e Exercise) Test(ctx context.Context) (Outcome, error) {
	outcomes, err := run(ctx, e.Root, []Exercise{e}, nil, "")
	return outcomes[e.Package()], err
}

// Command is what a learner types to run the tests.
func (e Exercise) Command() string { return "go test ./" + e.Folder() }
