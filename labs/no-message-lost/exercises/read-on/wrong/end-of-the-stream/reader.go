// Package readon moves on to the end of the stream, and not to the end of what it has read.
//
// The mistake: what did not fit into one reply lies between the two.
// The test says: three of the five still wait: Next returns [], want ["three" "four"]
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
	streams, err := r.Client.XRead(ctx, &redis.XReadArgs{Streams: []string{r.Stream, r.After}, Count: r.Most, Block: r.Wait}).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil // nothing came
	}
	if err != nil {
		return nil, err
	}
	for _, entry := range streams[0].Messages {
		text, _ := entry.Values["text"].(string)
		lines = append(lines, text)
	}
	end, err := r.Client.XRevRangeN(ctx, r.Stream, "+", "-", 1).Result()
	if err == nil && len(end) > 0 {
		r.After = end[0].ID
	}
	return lines, err
}
