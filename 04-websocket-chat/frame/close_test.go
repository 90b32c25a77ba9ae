package frame

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReasonsFitIntoAControlFrame(t *testing.T) {
	for _, r := range []CloseReason{CloseGoingAway, CloseNotUTF8, CloseFlood, CloseUnfinished, CloseExpired, CloseTooLarge, CloseNotBrought, CloseTooSlow} {
		require.NotEmpty(t, r.Text)
		require.LessOrEqual(t, len(r.Text), 123, r.Text)
	}
}
