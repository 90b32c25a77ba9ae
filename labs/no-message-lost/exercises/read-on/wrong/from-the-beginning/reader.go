// Package readon reads the stream from its beginning each time.
//
// The mistake: nothing is missed any more, and everything comes again with each call.
// The test says: nothing was added since: Next returns ["one"], want []
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
	streams, err := r.Client.XRead(ctx, &redis.XReadArgs{Streams: []string{r.Stream, "0"}, Count: r.Most, Block: r.Wait}).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil // nothing came
	}
	if err != nil {
		return nil, err
	}
	for _, entry := range streams[0].Messages {
		text, _ := entry.Values["text"].(string)
		lines = append(lines, text)
		r.After = entry.ID // of what was read: the stream may have more
	}
	return lines, nil
}
