package relay

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// What waits too long is failed and not sent: it could be taken, and be
// reported as failed. Of the timeout of 1 s a fifth is kept for the answer's way
// back; a message with less than a fifth of the rest is not sent any more.
func TestWhatWaitedTooLongIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publisher{o: &Options{PublishTimeout: time.Second}, probes: &probes{}}
		begin := time.Now()
		failed := map[string]error{}
		waiting := func(name string) outgoing {
			m := own(name)
			m.since = time.Now()
			m.done = func(err error) { failed[name] = err }
			return m
		}
		var batch []outgoing
		for _, name := range []string{"at 0", "at 100ms", "at 200ms"} {
			batch = append(batch, waiting(name))
			time.Sleep(100 * time.Millisecond)
		}

		time.Sleep(340*time.Millisecond - time.Nanosecond) // 640 ms since the first
		rest, deadline := p.expire(batch)
		require.Equal(t, []string{"at 0", "at 100ms", "at 200ms"}, names(rest))
		require.Equal(t, begin.Add(800*time.Millisecond), deadline, "the oldest decides")
		require.Empty(t, failed)

		time.Sleep(2 * time.Nanosecond)
		rest, deadline = p.expire(rest)
		require.Equal(t, []string{"at 100ms", "at 200ms"}, names(rest))
		require.Equal(t, begin.Add(900*time.Millisecond), deadline)
		require.Equal(t, map[string]error{"at 0": context.DeadlineExceeded}, failed)

		time.Sleep(time.Second)
		rest, deadline = p.expire(rest)
		require.Empty(t, rest)
		require.Zero(t, deadline)
		require.Len(t, failed, 3)
	})
}
