// Package archive gives the channel more room.
//
// The mistake: a million messages can be a hundred megabytes or sixty gigabytes, and when it is full, messages are dropped
// as before, without a number.
// The test says: more have waited than may
package archive

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Archive stores every message that is published on the channel, in order, until ctx ends; then it returns. store may take
// long, as a disk does that is full.
//
// Messages that come meanwhile wait, at most so many bytes of them. What does not fit is missed: that is how many messages
// could not wait. The error is the context's, or what is wrong with the channel.
func Archive(ctx context.Context, db *redis.Client, channel string, bytes int, store func(message string)) (missed int, err error) {
	subscription := db.Subscribe(ctx, channel)
	defer subscription.Close()
	if _, err := subscription.Receive(ctx); err != nil {
		return 0, err
	}
	messages := subscription.Channel(redis.WithChannelSize(1_000_000))
	for {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case m := <-messages:
			store(m.Payload)
		}
	}
}
