package moving

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// The time is over while the servers are asked once more. What was missing before is the reason, and not that they did not answer then.
func TestWhatWasMissingIsToldAndNotThatTimeWasUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	looks := 0
	err := (&sets{}).await(ctx, func() error {
		if looks++; looks == 1 {
			return errors.New("1 of 2 nodes hear it at set-b")
		}
		cancel()
		return ctx.Err()
	})
	require.EqualError(t, err, "1 of 2 nodes hear it at set-b")
}
