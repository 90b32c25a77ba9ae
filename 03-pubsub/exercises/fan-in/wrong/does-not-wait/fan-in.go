// Package fanin subscribes and returns at once.
//
// The mistake: the subscription begins with the server's confirmation, not with the command.
// The test says: a line was published at once, and it is lost
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
	lines := make(chan Line)
	go func() {
		defer close(lines)
		for {
			events, err := s.Receive(ctx)
			if err != nil {
				return
			}
			for _, e := range events {
				if e.Kind != pubsub.Message {
					continue
				}
				select {
				case lines <- Line{Channel: e.Channel, Text: e.Payload}:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return lines, nil
}
