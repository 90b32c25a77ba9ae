package checks

import (
	"context"

	"example.com/redis-chat/workbook/exercise"
)

// unprovenExercises finds exercises that do not teach: go doc ./workbook/exercise Prove.
func unprovenExercises(ctx context.Context, root string) ([]string, error) {
	all, err := exercise.List(root)
	if err != nil {
		return nil, err
	}
	return exercise.Prove(ctx, root, all)
}
