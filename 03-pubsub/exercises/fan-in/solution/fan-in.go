// Package fanin makes one stream of several channels.
package fanin

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
)

// Line is one message of a stream.
type Line struct {
	Channel string // where it was published
	Text    string // as it was published
}

// Stream subscribes to the channels, at least one, at db's server. It returns when the server has confirmed them all:
// whatever is published from then on is in the stream, in the order in which the server got it, whatever the channel.
//
// The end of ctx ends the stream: it is closed, and nothing of it goes on running, even if nobody receives any more.
// An error says why there is no stream: no channel, or ctx has ended before the server has confirmed.
func Stream(ctx context.Context, db *redis.Client, channels ...string) (<-chan Line, error) {
	//exercise:stub
	// return nil, fmt.Errorf("not written yet")
	//exercise:solution
	// One subscription for all channels. The server sends what it gets in one order on one connection; two connections
	// would each have an order of their own, and nobody could tell how the two belong together.
	s, err := pubsub.Subscribe(ctx, db, pubsub.Options{Channels: channels})
	if err != nil {
		return nil, err
	}
	events, err := confirmed(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("the subscription to %q was not confirmed: %w", channels, err)
	}
	lines := make(chan Line)
	go func() {
		defer close(lines)
		for {
			for _, e := range events {
				if e.Kind != pubsub.Message {
					continue
				}
				// Whoever received may have gone: then only the context ends this wait.
				select {
				case lines <- Line{Channel: e.Channel, Text: e.Payload}:
				case <-ctx.Done():
					return
				}
			}
			var err error
			if events, err = s.Receive(ctx); err != nil {
				return // ctx has ended
			}
		}
	}()
	return lines, nil
	//exercise:end
}

//exercise:stub
//exercise:solution

// confirmed waits for the confirmation, and returns what came with it: messages may be among it already.
func confirmed(ctx context.Context, s *pubsub.Subscriber) ([]pubsub.Event, error) {
	for {
		events, err := s.Receive(ctx)
		if err != nil {
			return nil, err
		}
		for i, e := range events {
			if e.Kind == pubsub.Subscribed {
				return events[i+1:], nil
			}
		}
	}
}

//exercise:end
