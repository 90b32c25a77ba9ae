// Package archive keeps what is said in a room.
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
	//exercise:stub
	// subscription := db.Subscribe(ctx, channel)
	// defer subscription.Close()
	// if _, err := subscription.Receive(ctx); err != nil { // the confirmation
	// 	return 0, err
	// }
	// messages := subscription.Channel()
	// for {
	// 	select {
	// 	case <-ctx.Done():
	// 		return 0, ctx.Err()
	// 	case m := <-messages:
	// 		store(m.Payload)
	// 	}
	// }
	//exercise:solution
	// PubSub.Channel holds 100 messages, waits a minute for room, and then drops each message for which there is none. It
	// says so in its log, and nowhere else. The Subscriber's queue is limited in bytes, and an event stands at the place of
	// what did not fit.
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
				missed += e.Missed
			}
		}
	}
	//exercise:end
}
