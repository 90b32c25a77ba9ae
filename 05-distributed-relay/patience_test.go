package relay

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/01-redis-basics/redistest"
)

// Three times an interval and twice what hardly any probe takes longer than: the numbers
// of docs/decisions/03-probes.md.
func TestPatienceFollowsTheRoundTrip(t *testing.T) {
	const interval = 250 * time.Millisecond
	for name, c := range map[string]struct {
		took func(i int) (answer, back time.Duration)
		want time.Duration
	}{
		"at once":                      {func(int) (time.Duration, time.Duration) { return 0, 0 }, 750 * time.Millisecond},
		"200 ms":                       {func(int) (time.Duration, time.Duration) { return 200 * time.Millisecond, 200 * time.Millisecond }, 1950 * time.Millisecond},
		"a master near, a replica far": {func(int) (time.Duration, time.Duration) { return 0, 200 * time.Millisecond }, 1950 * time.Millisecond},
		"a master far, a replica near": {func(int) (time.Duration, time.Duration) { return 200 * time.Millisecond, 100 * time.Millisecond }, 1950 * time.Millisecond},
		"now 100, now 300 ms":          {func(i int) (time.Duration, time.Duration) { return 0, time.Duration(100+i%2*200) * time.Millisecond }, 4550 * time.Millisecond},
		"900 ms, and then a second more": {func(i int) (time.Duration, time.Duration) {
			return 0, 900*time.Millisecond + time.Duration(min(i, 100)/100)*time.Second
		}, 6150 * time.Millisecond},
		"now nothing, now a second": {func(i int) (time.Duration, time.Duration) { return 0, time.Duration(i%2) * time.Second }, 6750 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			var p probes
			now := time.Unix(0, 0)
			for i := range 200 {
				answer, back := c.took(i)
				count := p.issue(now)
				p.confirm(count, now.Add(back))
				p.deliver(count, now.Add(back))
				p.show(count, now.Add(answer), true)
				p.proven()
				now = now.Add(interval)
			}
			require.InDelta(t, c.want, p.patience(interval), float64(10*time.Millisecond))
		})
	}
}

// Else each wait in vain would make the next one longer: the master would look far away, and silence be noticed seconds later.
func TestWaitingForReplicasInVainDoesNotMakeTheMasterFar(t *testing.T) {
	var p probes
	now := time.Unix(0, 0)
	for range 50 {
		p.show(p.issue(now), now.Add(900*time.Millisecond), false)
		now = now.Add(time.Second)
	}
	require.Equal(t, 750*time.Millisecond, p.patience(250*time.Millisecond))
}

// Before the first probe is back, the node knows how far the master is: else it would give up
// an answer that is on its way.
func TestConnectingShowsHowFarTheMasterIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var master scripted
		ctx, cancel := context.WithCancel(t.Context())
		r := New(Options{PubAddr: "192.0.2.1:6379", dial: redistest.Far(master.dial, always(200*time.Millisecond), 0)})
		r.publisher.dials.ctx = ctx
		require.NoError(t, r.publisher.connect(ctx))
		usual, atMost := r.probes.answersAfter()
		require.Equal(t, 400*time.Millisecond, usual)
		require.Equal(t, time.Second, atMost, "one answer says little")
		require.Equal(t, 3*(r.o.ProbeInterval+2*time.Second), r.probes.patience(r.o.ProbeInterval))

		cancel()
		r.publisher.drop()
		master.drop()
		time.Sleep(6 * time.Second) // go-redis: what it dials in the background
	})
}
