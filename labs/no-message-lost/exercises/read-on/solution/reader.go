// Package readon reads a stream from where it was.
package readon

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// Reader reads the lines of a stream, each the field "text" of an entry.
type Reader struct {
	Client *redis.Client
	Stream string
	// After is the id of the last entry that was read. "0": the reader begins with the first one.
	After string
	// Most is how many lines Next returns, at most.
	Most int64
	// Wait is how long Next waits when there is nothing.
	Wait time.Duration
}

// Next returns the next lines.
func (r *Reader) Next(ctx context.Context) (lines []string, err error) {
	//exercise:stub
	// streams, err := r.Client.XRead(ctx, &redis.XReadArgs{Streams: []string{r.Stream, "$"}, Count: r.Most, Block: r.Wait}).Result()
	//exercise:solution
	// "$" would be the end of the stream at this moment, and all that was added since the last call lies before it.
	streams, err := r.Client.XRead(ctx, &redis.XReadArgs{Streams: []string{r.Stream, r.After}, Count: r.Most, Block: r.Wait}).Result()
	//exercise:end
	if errors.Is(err, redis.Nil) {
		return nil, nil // nothing came
	}
	if err != nil {
		return nil, err
	}
	for _, entry := range streams[0].Messages {
		text, _ := entry.Values["text"].(string)
		lines = append(lines, text)
		//exercise:stub
		//exercise:solution
		r.After = entry.ID // of what was read: the stream may have more
		//exercise:end
	}
	return lines, nil
}
