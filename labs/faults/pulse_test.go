package faults

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLateMachineIsAllowedWhatItWasLate(t *testing.T) {
	r := &run{crowd: newCrowd(&stage{addrs: []string{"a", "b"}}, 1), broken: 5 * time.Second}
	holds, remark := r.within(soon, soon)
	require.True(t, holds)
	require.Empty(t, remark)
	holds, _ = r.within(soon+time.Millisecond, soon)
	require.False(t, holds, "a machine that is never late is allowed nothing more")

	s := r.senders[0].source
	s.next(time.Second)
	s.told(1, accepted, time.Second+40*time.Millisecond)
	s.next(4900 * time.Millisecond)
	s.told(2, accepted, 5900*time.Millisecond) // answered after the fault had begun: the fault may have delayed it
	require.Equal(t, 40*time.Millisecond, r.lateness())
	r.pulse.worst = 50 * time.Millisecond
	require.Equal(t, 50*time.Millisecond, r.lateness())
	holds, remark = r.within(1300*time.Millisecond, soon)
	require.True(t, holds)
	require.Equal(t, " (300 ms more are allowed: this machine was late)", remark)
	holds, _ = r.within(1301*time.Millisecond, soon)
	require.False(t, holds)
}

// A pulse that is held up for some time is late by that time, and by nothing else.
func TestPulseIsLateByWhatItWasHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pulse
		turns := 0
		p.held = func() {
			if turns++; turns == 5 {
				time.Sleep(100 * time.Millisecond) // of the bubble
			}
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		p.run(ctx)
		require.InDelta(t, 100*time.Millisecond, p.latest(), float64(pulseEvery))
	})
}
