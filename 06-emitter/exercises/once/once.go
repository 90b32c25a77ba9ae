// Package once sends announcements at their time, once, though several schedulers look after them.
package once

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// Scheduler is one of several, on machines of their own, that share a plan. Each announcement is sent at most once by all
// of them together.
type Scheduler struct {
	Redis *redis.Client
	Key   string // of the plan, a sorted set
	// Send emits an announcement. After an error nobody knows whether people have heard it.
	Send func(ctx context.Context, text string) error
}

// Plan puts an announcement into the plan. The same text can be planned several times, also for the same time.
func (s *Scheduler) Plan(ctx context.Context, at time.Time, text string) error {
	return s.Redis.ZAdd(ctx, s.Key, redis.Z{Score: float64(at.UnixMilli()), Member: text}).Err()
}

// RunDue sends, in the order of their times, the announcements whose time has come and that no scheduler has taken yet. It
// returns how many it has sent itself. The error has in it what Send said, of each that failed; it goes on with the others. Or it
// says why Redis could not be asked.
//
// A scheduler that dies in the middle has taken an announcement that nobody sends: at most once, and not exactly once.
func (s *Scheduler) RunDue(ctx context.Context, now time.Time) (sent int, err error) {
	due, err := s.Redis.ZRangeArgs(ctx, redis.ZRangeArgs{
		Key: s.Key, Start: "-inf", Stop: strconv.FormatInt(now.UnixMilli(), 10), ByScore: true,
	}).Result()
	if err != nil {
		return 0, fmt.Errorf("look for what is due: %w", err)
	}
	for _, text := range due {
		_ = text // Send it, unless another scheduler does.
	}
	return 0, errors.New("RunDue is not written yet")
}
