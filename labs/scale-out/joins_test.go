package scaleout

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/redis-chat/labs/scale-out/lane"
)

// noted is a subscription that notes what it is asked.
type noted struct {
	mu    sync.Mutex
	asked []string
	fail  error
	slow  chan struct{} // closed when a channel may be removed; nil: at once
}

func (n *noted) Add(_ context.Context, channel string) error {
	n.note("+" + channel)
	return n.fail
}

func (n *noted) Remove(channel string) {
	if n.slow != nil {
		<-n.slow
	}
	n.note("-" + channel)
}

func (n *noted) note(what string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, what)
}

func (n *noted) soFar() []string {
	synctest.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.asked)
}

func joining(t *testing.T, test func(*testing.T, *joins, *noted)) {
	synctest.Test(t, func(t *testing.T) {
		j, n := newJoins(func(l lane.Lane) string { return fmt.Sprint(l) }), &noted{}
		j.begin(n)
		test(t, j, n)
	})
}

func TestLaneIsHeardForASecondLonger(t *testing.T) {
	joining(t, func(t *testing.T, j *joins, n *noted) {
		require.NoError(t, j.enter(t.Context(), 7))
		require.NoError(t, j.enter(t.Context(), 7))
		j.hear(7)
		j.leave(7)
		time.Sleep(time.Minute)
		require.Equal(t, []string{"+7", "+7"}, n.soFar(), "somebody is there")
		j.leave(7)
		time.Sleep(linger - time.Millisecond)
		require.NoError(t, j.enter(t.Context(), 7))
		time.Sleep(time.Minute)
		times, heard := j.heard(7)
		require.True(t, heard)
		require.Equal(t, 1, times, "it was heard all the time")
		j.leave(7)
		time.Sleep(linger)
		require.Equal(t, []string{"+7", "+7", "+7", "-7"}, n.soFar())
		_, heard = j.heard(7)
		require.False(t, heard)
	})
}

func TestWhoeverComesWhileALaneIsLeftWaitsForThat(t *testing.T) {
	joining(t, func(t *testing.T, j *joins, n *noted) {
		n.slow = make(chan struct{})
		require.NoError(t, j.enter(t.Context(), 7))
		j.leave(7)
		time.Sleep(linger)
		synctest.Wait()
		entered := make(chan error)
		go func() { entered <- j.enter(t.Context(), 7) }()
		require.Equal(t, []string{"+7"}, n.soFar())
		close(n.slow)
		require.NoError(t, <-entered)
		require.Equal(t, []string{"+7", "-7", "+7"}, n.soFar())
	})
}

func TestLaneThatCannotBeHeardCountsNobody(t *testing.T) {
	joining(t, func(t *testing.T, j *joins, n *noted) {
		n.fail = context.DeadlineExceeded
		require.ErrorIs(t, j.enter(t.Context(), 7), n.fail)
		time.Sleep(linger)
		require.Equal(t, []string{"+7", "-7"}, n.soFar())
	})
}

func TestConfirmationThatComesTooLateIsNotHeard(t *testing.T) {
	joining(t, func(t *testing.T, j *joins, n *noted) {
		require.NoError(t, j.enter(t.Context(), 7))
		j.leave(7)
		time.Sleep(linger)
		n.soFar()
		j.hear(7) // it had waited among the messages
		_, heard := j.heard(7)
		require.False(t, heard)
	})
}

func TestWhoeverComesBeforeThereIsASubscriptionWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := newJoins(func(l lane.Lane) string { return fmt.Sprint(l) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, j.enter(ctx, 7), context.DeadlineExceeded)
		time.Sleep(linger)
	})
}
