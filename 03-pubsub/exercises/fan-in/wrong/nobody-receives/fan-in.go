// Package fanin waits in a send without looking at the context.
//
// The mistake: when whoever received has gone, the goroutine waits for ever, and what it holds is never free again.
// The test says: the context has ended, and a goroutine of the stream still waits
package fanin

import (
	"context"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
)

// Line is one message of a stream.
type Line struct {
	Channel string // where it was published
	Text    string // as it was published
}

// Stream subscribes to the channels.
func Stream(ctx context.Context, db *redis.Client, channels ...string) (<-chan Line, error) {
	s, err := pubsub.Subscribe(ctx, db, pubsub.Options{Channels: channels})
	if err != nil {
		return nil, err
	}
	lines, confirmed := make(chan Line), make(chan struct{})
	go func() {
		defer close(lines)
		for {
			events, err := s.Receive(ctx)
			if err != nil {
				return
			}
			for _, e := range events {
				switch e.Kind {
				case pubsub.Subscribed:
					close(confirmed)
				case pubsub.Message:
					lines <- Line{Channel: e.Channel, Text: e.Payload}
				}
			}
		}
	}()
	select {
	case <-confirmed:
		return lines, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
