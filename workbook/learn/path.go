package learn

import (
	"context"
	"fmt"

	"example.com/redis-chat/workbook/exercise"
)

// State is how far an exercise is.
type State int

// An exercise is untouched, or begun (its tests fail), or solved (they pass).
const (
	Untouched State = iota
	Begun
	Solved
)

// Step is an exercise on the path, and what its tests say.
type Step struct {
	exercise.Exercise
	State   State
	Outcome exercise.Outcome // of its tests; empty for an untouched one
	Fault   string           // what keeps the tests from running, a sentence
}

// Look finds out how far an exercise is. It does not run the tests of a stub that is as
// it was: they fail, which make check proves.
func Look(ctx context.Context, e exercise.Exercise) (Step, error) {
	if untouched, err := e.Untouched(); err == nil && untouched {
		return Step{Exercise: e}, nil
	}
	return Test(ctx, e)
}

// Test runs an exercise's tests in any case: those of a stub say what is asked for.
func Test(ctx context.Context, e exercise.Exercise) (Step, error) {
	step := Step{Exercise: e, State: Begun}
	written, err := e.Written()
	switch {
	case err != nil:
		step.Fault = err.Error()
		return step, nil
	case len(written) == 0:
		step.State = Untouched
		step.Fault = fmt.Sprintf("%s holds no Go file to write in: make learn ARGS='reset %s' puts the stub back.", e.Folder(), e.Name)
		return step, nil
	}
	if untouched, err := e.Untouched(); err == nil && untouched {
		step.State = Untouched
	}
	outcome, err := e.Test(ctx)
	if err != nil {
		if ctx.Err() == nil {
			step.Fault = err.Error()
			return step, nil
		}
		return step, ctx.Err()
	}
	step.Outcome = outcome
	if outcome.Passed {
		step.State = Solved
	}
	return step, nil
}

// Walk looks at all exercises in their order and hands on each step.
func Walk(ctx context.Context, all []exercise.Exercise, seen func(Step)) ([]Step, error) {
	var steps []Step
	for _, e := range all {
		step, err := Look(ctx, e)
		if err != nil {
			return steps, err
		}
		steps = append(steps, step)
		if seen != nil {
			seen(step)
		}
	}
	return steps, nil
}
