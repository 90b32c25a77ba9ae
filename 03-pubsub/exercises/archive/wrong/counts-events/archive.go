// Package archive counts each Overflow as one.
//
// The mistake: one event stands for all that did not fit at its place; the number is in the event.
// The test says: and Archive says that 1 were missed
package archive

import (
	"context"

	"github.com/redis/go-redis/v9"

	pubsub "example.com/redis-chat/03-pubsub"
)

// Archive stores every message that is published on the channel, in order, until ctx ends; then it returns. store may take
// long, as a disk does that is full.
//
// Messages that come meanwhile wait, at most so many bytes of them. What does not fit is missed: that is how many messages
// could not wait. The error is the context's, or what is wrong with the channel.
func Archive(ctx context.Context, db *redis.Client, channel string, bytes int, store func(message string)) (missed int, err error) {
	s, err := pubsub.Subscribe(ctx, db, pubsub.Options{Channels: []string{channel}, QueueBytes: bytes})
	if err != nil {
		return 0, err
	}
	for {
		events, err := s.Receive(ctx)
		if err != nil {
			return missed, err
		}
		for _, e := range events {
			switch e.Kind {
			case pubsub.Message:
				store(e.Payload)
			case pubsub.Overflow:
				missed++
			}
		}
	}
}
