// Package fanin subscribes to each channel by itself, and lets a goroutine for each send into the stream.
//
// The mistake: each connection keeps its own order, but which of the two goroutines comes first is an accident.
// The test says: the order of the server is lost
package fanin

import (
	"context"
	"sync"

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
	lines := make(chan Line)
	var confirmed, ended sync.WaitGroup
	for _, channel := range channels {
		s, err := pubsub.Subscribe(ctx, db, pubsub.Options{Channels: []string{channel}})
		if err != nil {
			return nil, err
		}
		confirmed.Add(1)
		ended.Go(func() {
			once := sync.OnceFunc(confirmed.Done)
			defer once()
			for {
				events, err := s.Receive(ctx)
				if err != nil {
					return
				}
				for _, e := range events {
					if e.Kind == pubsub.Subscribed {
						once()
					}
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
		})
	}
	confirmed.Wait()
	go func() {
		ended.Wait()
		close(lines)
	}()
	return lines, nil
}
