package loadtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A server stands still for 200 ms of a second. Who asks it one thing after the
// other finds one slow answer among hundreds; who sends by a schedule finds
// that one message in five came late, and each by how much.
func TestStallIsNotFlattered(t *testing.T) {
	run := putOn(t, func(n int, send func()) {
		if n == 200 {
			<-time.After(200 * time.Millisecond)
		}
		send()
	})
	require.Zero(t, run.Counts.Lost+run.Counts.Repeated+run.Counts.OutOfOrder)
	require.GreaterOrEqual(t, run.Late.Max, 195.)
	require.GreaterOrEqual(t, run.Late.P90, 80., "the tenth that waited longest waited for half of the stall and more")
}
