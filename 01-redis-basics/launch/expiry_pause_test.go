package launch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// With a limit of 20 ms a slow machine looked before each command: 5,000 commands
// took minutes.
func TestLooksTakeATenthOfTheTime(t *testing.T) {
	for took, want := range map[time.Duration]time.Duration{
		0:                     time.Millisecond,
		5 * time.Millisecond:  50 * time.Millisecond,
		30 * time.Millisecond: 300 * time.Millisecond,
		time.Second:           500 * time.Millisecond,
	} {
		require.Equal(t, want, lookAgainAfter(took), "after a look of %v", took)
	}
}
