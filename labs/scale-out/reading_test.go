package scaleout

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	pubsub "example.com/redis-chat/03-pubsub"
)

// answers is a set's server that is asked what has moved.
type answers struct{ texts []string }

func (a *answers) Close() error { return nil }

func (a *answers) Get(ctx context.Context, _ string) *redis.StringCmd {
	text := a.texts[0]
	if len(a.texts) > 1 {
		a.texts = a.texts[1:]
	}
	if text == "" {
		return redis.NewStringResult("", redis.Nil)
	}
	return redis.NewStringResult(text, nil)
}

// places is a subscription that confirms when the test says so.
type places struct{ asked chan string }

func (p *places) Add(ctx context.Context, channel string) error {
	select {
	case p.asked <- channel:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *places) Remove(string) {}

// A server that has just started has no keys, and takes its subscribers, before it has its master's data.
func TestServerIsAskedAgainThatHasNotHeardOfTheMoveYet(t *testing.T) {
	reads(t, func(m *moved, p *places) {
		m.brings(0, pubsub.Event{Kind: pubsub.Added, Channel: <-p.asked})
		require.Equal(t, 0, m.hearing.of(0))
		m.brings(0, pubsub.Event{Kind: pubsub.Added, Channel: <-p.asked})
		require.Equal(t, 1, m.hearing.of(0))
		time.Sleep(time.Minute)
		synctest.Wait()
		select {
		case <-p.asked:
			t.Error("what is known needs no place")
		default:
		}
	}, "", "", "moved")
}

// What was read is what the set has said by then: the lane's messages that come before that place are its last ones.
func TestWhatIsReadOfAMoveDoesNotOvertakeTheMessagesBeforeIt(t *testing.T) {
	reads(t, func(m *moved, p *places) {
		channel := <-p.asked
		synctest.Wait()
		handed, err := m.sets[0].carrier.receiver.Receive(t.Context())
		require.NoError(t, err)
		require.Equal(t, []pubsub.Event{m.message(1)}, handed)
		require.Equal(t, 0, m.hearing.of(0))
		m.brings(0, pubsub.Event{Kind: pubsub.Added, Channel: channel})
		require.Equal(t, 1, m.hearing.of(0))
	}, "moved")
}

// reads runs check while set-a is asked what has moved, and answers so. A message of lane 0 waits.
func reads(t *testing.T, check func(*moved, *places), texts ...string) {
	synctest.Test(t, func(t *testing.T) {
		m, p := newMoved(t), &places{asked: make(chan string)}
		for i, text := range texts {
			if text != "" {
				texts[i] = m.says(0, toB).Payload
			}
		}
		a, c := &answers{texts}, m.sets[0].carrier
		c.client = func() client { return a }
		c.joins.begin(p)
		c.receiver.rest = []pubsub.Event{m.message(1)}
		ctx, cancel := context.WithCancel(t.Context())
		m.adds.Go(func() { c.receiver.read(ctx) })
		check(m, p)
		cancel()
		m.adds.Wait()
	})
}
