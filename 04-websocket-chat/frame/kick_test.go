package frame

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestKickSaysWhenToComeBack(t *testing.T) {
	longest := CloseKicked(24*time.Hour, strings.Repeat("x", MaxKickReason))
	require.LessOrEqual(t, len(longest.Text), 123, "a control frame holds no more")
	for _, d := range []time.Duration{time.Second, 10 * time.Minute, 24 * time.Hour} {
		for _, reason := range []string{"", "spam"} {
			r := CloseKicked(d, reason)
			require.Equal(t, d, KickedFor(int(r.Code), r.Text), r.Text)
		}
	}
	require.Equal(t, 2*time.Second, KickedFor(CodeKicked, CloseKicked(1500*time.Millisecond, "").Text), "rounded up")
	for text, code := range map[string]int{
		"you were asked to leave for 60 s": 1008, "you were asked to leave": CodeKicked, "you were asked to leave for 60 seconds": CodeKicked,
		"you were asked to leave for 99999999 s": CodeKicked, "": CodeKicked,
	} {
		require.Zero(t, KickedFor(code, text), text)
	}
}

func TestTimeToWaitIsSaidRoundedUp(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Millisecond: "2 seconds", 59 * time.Second: "59 seconds", 60 * time.Second: "60 seconds", 61 * time.Second: "2 minutes",
		10 * time.Minute: "10 minutes", time.Hour: "60 minutes", 61 * time.Minute: "2 hours", 24 * time.Hour: "24 hours",
	} {
		require.Equal(t, want, Wait(d), d)
	}
}
